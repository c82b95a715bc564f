export interface Size {
  readonly length: number;
  readonly width: number;
  readonly height: number;
}

/** A parcel as a depot announces it. Grams and millimetres. */
export interface Parcel {
  readonly id: string;
  readonly postcode: string;
  readonly grams: number;
  readonly size: Size;
  readonly tags: readonly string[];
}

/** Parcels that are rated together. */
export interface Manifest {
  readonly depot: string;
  readonly parcels: readonly Parcel[];
}

const CUBIC_MILLIMETRES_PER_GRAM = 5000;

/** What the parcel is charged for: its weight, or the room that it takes. */
export function chargeableGrams({ grams, size }: Parcel): number {
  const volumetric = Math.ceil((size.length * size.width * size.height) / CUBIC_MILLIMETRES_PER_GRAM);
  return Math.max(grams, volumetric);
}

/** The longest side and the belt around the two others, millimetres. */
export function girth({ size }: Parcel): number {
  const [longest, ...others] = [size.length, size.width, size.height].sort((a, b) => b - a);
  return longest + 2 * others.reduce((sum, side) => sum + side, 0);
}

export function readManifest(line: string): Manifest {
  const manifest = JSON.parse(line) as Manifest;
  if (!Array.isArray(manifest.parcels)) throw new TypeError('a manifest has a list of parcels');
  return manifest;
}
