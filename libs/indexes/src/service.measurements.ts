import { sha256, type Measurement } from '@headroom/contracts';
import type { KeyValueStore } from '@headroom/runtime';
import type { TimeWindow } from './change.index.js';
import type { Measured, MeasuredStretch, MeasurementIndex } from './measurement.index.js';

/** How long a day is kept after it was last written to, milliseconds: thirty days. */
const RETENTION_MS = 30 * 86_400_000;
/** Values that are kept of a service and a day: 347 series of five-minute windows. */
const MAX_VALUES_A_DAY = 100_000;
/** Days that are kept of a service: those of the retention, and some that were sent late. */
const MAX_DAYS = 45;

/** What is known of a day of a service. */
interface Day {
  values: number;
  /** Values that found no room. */
  left: number;
}

const daysOf = (service: string): string => `index:measured-day:${encodeURIComponent(service)}/`;
const measuredOn = (service: string, day: string): string => `index:measured:${encodeURIComponent(service)}/${day}/`;
const dayOf = (time: string): string => new Date(time).toISOString().slice(0, 10);

/** The windows of a measurement that `picks` says, with the columns cut alike. */
function windowsOf(of: Measured, picks: (startedAt: string) => boolean): Measured {
  const chosen = of.windows.startedAt.flatMap((startedAt, index) => (picks(startedAt) ? [index] : []));
  const cut = <Value>(column: readonly Value[]): Value[] => chosen.map((index) => column[index]!);
  const { startedAt, endedAt } = of.windows;
  return {
    ...of,
    windows: { startedAt: cut(startedAt), endedAt: cut(endedAt) },
    series: of.series.map((each) => ({ ...each, values: cut(each.values) })),
  };
}

function valuesIn({ windows, series }: Measured): number {
  return windows.startedAt.length * series.length;
}

/** Measured again, the same windows of the same series replace what was told before. */
function placeOf(measured: Measured): string {
  const { environment, version, deployment, hostClass, windows, series } = measured;
  const names = series.map(({ metric, entity }) => [metric, entity]);
  const identity = [environment, version, deployment, hostClass, windows.startedAt, names];
  return `${Date.parse(windows.startedAt[0]!)}-${sha256(JSON.stringify(identity)).slice(0, 16)}`;
}

/**
 * What monitors measured of services, in the key-value store, by day. Written by the detector that owns a service's partition, once
 * for each event however often that arrives. A day holds at most 100,000 values, a service 45 days, each kept for 30 days; what finds
 * no room is counted.
 */
export class ServiceMeasurements implements MeasurementIndex {
  readonly #store: KeyValueStore;
  readonly #maxValuesADay: number;

  /** @param maxValuesADay values that are kept of a service and a day @default 100000 */
  constructor(store: KeyValueStore, maxValuesADay: number = MAX_VALUES_A_DAY) {
    this.#store = store;
    this.#maxValuesADay = maxValuesADay;
  }

  /** Takes in a measurement; the same windows of the same series again replace those before. */
  async putMeasurement(measurement: Measurement): Promise<void> {
    const { service, environment, version, deployment, hostClass, windows, series } = measurement;
    const measured: Measured = {
      environment,
      ...(version !== undefined && { version }),
      ...(deployment !== undefined && { deployment }),
      ...(hostClass !== undefined && { hostClass }),
      windows,
      series: series.map(({ weights: _weights, ...each }) => each),
    };
    for (const day of new Set(windows.startedAt.map(dayOf))) {
      await this.#put(
        service,
        day,
        windowsOf(measured, (startedAt) => dayOf(startedAt) === day),
      );
    }
  }

  async #put(service: string, day: string, measured: Measured): Promise<void> {
    const key = `${measuredOn(service, day)}${placeOf(measured)}`;
    const isNew = (await this.#store.get(key)) === undefined;
    const known = isNew ? await this.#day(service, day) : undefined;
    if (isNew) {
      if (!known) return;
      const values = known.values + valuesIn(measured);
      const hasRoom = values <= this.#maxValuesADay;
      const counted = hasRoom ? { ...known, values } : { ...known, left: known.left + valuesIn(measured) };
      await this.#keep(`${daysOf(service)}${day}`, counted);
      if (!hasRoom) return;
    }
    await this.#keep(key, measured);
  }

  /** Undefined where it is new and the service has as many days as are kept. */
  async #day(service: string, day: string): Promise<Day | undefined> {
    const known = await this.#store.get<Day>(`${daysOf(service)}${day}`);
    if (known) return known;
    const days = await this.#store.list(daysOf(service));
    return days.length < MAX_DAYS ? { values: 0, left: 0 } : undefined;
  }

  async #keep(key: string, value: unknown): Promise<void> {
    await this.#store.put(key, value);
    await this.#store.expire(key, RETENTION_MS);
  }

  async measurements(service: string, { from, to }: TimeWindow): Promise<MeasuredStretch> {
    const [first, last] = [Date.parse(from), Date.parse(to)];
    const [firstDay, lastDay] = [dayOf(from), dayOf(to)];
    const found: MeasuredStretch = { measured: [], left: 0 };
    for (const { key, value } of await this.#store.list<Day>(daysOf(service))) {
      const day = key.slice(daysOf(service).length);
      if (day < firstDay || day > lastDay) continue;
      found.left += value.left;
      for (const { value: measured } of await this.#store.list<Measured>(measuredOn(service, day))) {
        const inside = windowsOf(measured, (time) => Date.parse(time) >= first && Date.parse(time) < last);
        if (inside.windows.startedAt.length > 0) found.measured.push(inside);
      }
    }
    return found;
  }
}
