import type { Zone } from './zones.ts';

/** A price up to a weight. */
export interface Band {
  readonly upToGrams: number;
  readonly cents: number;
}

export class Tariff {
  readonly name: string;
  private readonly bands: ReadonlyMap<Zone, readonly Band[]>;

  constructor(name: string, bands: Readonly<Record<Zone, readonly Band[]>>) {
    this.name = name;
    this.bands = new Map(Object.entries(bands) as [Zone, readonly Band[]][]);
  }

  /** The first band that carries the weight; what is heavier pays the last one for each begun kilogram above it. */
  priceOf(zone: Zone, grams: number): number {
    const bands = this.bands.get(zone) ?? [];
    const band = bands.find(({ upToGrams }) => grams <= upToGrams);
    if (band) return band.cents;
    const last = bands.at(-1);
    if (!last) throw new RangeError(`the tariff ${this.name} has no price for ${zone}`);
    return last.cents + Math.ceil((grams - last.upToGrams) / 1000) * 95;
  }

  toJSON(): unknown {
    return { name: this.name, bands: Object.fromEntries(this.bands) };
  }
}

function bandsFrom(firstCents: number, step: number): Band[] {
  return Array.from({ length: 12 }, (_, index) => ({
    upToGrams: 500 * (index + 1) ** 2,
    cents: firstCents + index * step,
  }));
}

export const standard = new Tariff('standard', {
  city: bandsFrom(390, 70),
  near: bandsFrom(490, 95),
  far: bandsFrom(620, 140),
  island: bandsFrom(1150, 310),
});
