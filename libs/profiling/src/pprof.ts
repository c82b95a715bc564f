import { Function as PprofFunction, Location, Mapping, Sample, ValueType } from 'pprof-format';
import { messageOf } from '@headroom/contracts';
import type { NamedFrame, NativeFrame } from './native.frames.js';
import type { NativeStacks } from './native.stacks.js';
import { frameFilter } from './pprof.drop.js';
import { fieldsOf } from './pprof.fields.js';
import { profileInvalid } from './profile.format.js';
import { MAX_PROBLEMS } from './stacks.js';

/** What a pprof says beside its stacks. */
export interface PprofFacts {
  /** Name of the chosen sample type: `cpu`, `samples`, `wall`. */
  readonly sampleType: string;
  readonly samples: number;
  readonly startedAt?: string;
  readonly durationUs?: number;
  /** String labels of the samples: each key with its values (at most 20). */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly buildIds: readonly string[];
}

interface Tables {
  types: ValueType[];
  periodType?: ValueType;
  period: number;
  strings: string[];
  functions: Map<number, { name: number; file: number }>;
  locations: Map<number, { lines: readonly number[]; mapping: number }>;
  mappings: Map<number, { file: number; buildId: number }>;
  timeNanos: number;
  durationNanos: number;
  dropFrames: number;
  keepFrames: number;
}

const MICROSECONDS: Readonly<Record<string, number>> = {
  nanoseconds: 1e-3,
  microseconds: 1,
  milliseconds: 1e3,
  seconds: 1e6,
};
/** Names of sample types that are time on a processor, then those that are time at all. */
const TIMED = ['cpu', 'on-cpu', 'on_cpu', 'process_cpu', 'wall', 'wall-time', 'wall_time'];
const COUNTED = ['samples', 'sample', 'cpu', 'events'];
const MAX_LABEL_VALUES = 20;

/**
 * Reads an unpacked pprof (`perftools.profiles.Profile`) and adds its stacks. Tables are decoded first and samples one at a time,
 * so that memory grows with functions and distinct stacks and not with samples.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID`
 */
export function readPprof(bytes: Uint8Array, into: NativeStacks, name: string): PprofFacts {
  try {
    return read(bytes, into, name);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'HEADROOM_PROFILE_INVALID') throw error;
    throw profileInvalid(`${name} is a damaged pprof profile (${messageOf(error)}); send it again whole.`, error);
  }
}

function read(bytes: Uint8Array, into: NativeStacks, name: string): PprofFacts {
  const tables = tablesOf(bytes, name);
  const chosen = chosenType(tables, name);
  const locations = new LocationNames(tables, into);
  const filter = frameFilter(text(tables, tables.dropFrames), text(tables, tables.keepFrames), into.problems);
  const labels = new Map<string, Set<string>>();
  let samples = 0;
  for (const field of fieldsOf(bytes, name)) {
    if (field.number !== 2 || !field.bytes) continue;
    const sample = Sample.decode(field.bytes);
    const value = Number(sample.value[chosen.index] ?? 0);
    if (value < 0)
      throw profileInvalid(`${name} has negative values: it is a difference of two profiles, send one profile.`);
    if (value === 0) continue;
    const count =
      chosen.counts === undefined
        ? Math.max(1, Math.round(value / chosen.periodInUnit))
        : Number(sample.value[chosen.counts] ?? 1);
    const { named, line } = locations.stackOf(sample, filter);
    into.add(named, value * chosen.factor, count, line);
    samples += count;
    for (const label of sample.label) collectLabel(labels, text(tables, label.key), text(tables, label.str));
  }
  const startedAt = tables.timeNanos > 0 ? new Date(tables.timeNanos / 1e6).toISOString() : undefined;
  return {
    sampleType: chosen.name,
    samples,
    ...(startedAt !== undefined && { startedAt }),
    ...(tables.durationNanos > 0 && { durationUs: tables.durationNanos / 1000 }),
    labels: Object.fromEntries([...labels].map(([key, values]) => [key, [...values].sort()])),
    buildIds: [...tables.mappings.values()].map(({ buildId }) => text(tables, buildId)).filter((id) => id !== ''),
  };
}

function collectLabel(labels: Map<string, Set<string>>, key: string, value: string): void {
  if (key === '' || value === '') return;
  const values = labels.get(key) ?? new Set<string>();
  if (values.size < MAX_LABEL_VALUES) values.add(value);
  labels.set(key, values);
}

function tablesOf(bytes: Uint8Array, name: string): Tables {
  const tables: Tables = {
    types: [],
    period: 0,
    strings: [],
    functions: new Map(),
    locations: new Map(),
    mappings: new Map(),
    timeNanos: 0,
    durationNanos: 0,
    dropFrames: 0,
    keepFrames: 0,
  };
  const decoder = new TextDecoder();
  for (const field of fieldsOf(bytes, name)) {
    if (field.bytes) addTable(tables, field.number, field.bytes, decoder);
    else addNumber(tables, field.number, field.value ?? 0);
  }
  return tables;
}

function addTable(
  tables: Tables,
  number: number,
  bytes: Uint8Array,
  decoder: { decode(bytes: Uint8Array): string },
): void {
  if (number === 1) tables.types.push(ValueType.decode(bytes));
  else if (number === 3) {
    const mapping = Mapping.decode(bytes);
    tables.mappings.set(Number(mapping.id), { file: Number(mapping.filename), buildId: Number(mapping.buildId) });
  } else if (number === 4) {
    const location = Location.decode(bytes);
    const lines = location.line.flatMap((line) => [Number(line.functionId), Number(line.line)]);
    tables.locations.set(Number(location.id), { lines, mapping: Number(location.mappingId) });
  } else if (number === 5) {
    const entry = PprofFunction.decode(bytes);
    tables.functions.set(Number(entry.id), { name: Number(entry.name), file: Number(entry.filename) });
  } else if (number === 6) tables.strings.push(decoder.decode(bytes));
  else if (number === 11) tables.periodType = ValueType.decode(bytes);
}

function addNumber(tables: Tables, number: number, value: number): void {
  if (number === 7) tables.dropFrames = value;
  else if (number === 8) tables.keepFrames = value;
  else if (number === 9) tables.timeNanos = value;
  else if (number === 10) tables.durationNanos = value;
  else if (number === 12) tables.period = value;
}

function text(tables: Tables, index: number | bigint): string {
  return tables.strings[Number(index)] ?? '';
}

interface ChosenType {
  name: string;
  index: number;
  /** Microseconds of one unit of the value. */
  factor: number;
  /** Index of the value that counts samples, where there is one beside the time. */
  counts?: number;
  /** Value of one sample. */
  periodInUnit: number;
}

/** Time by its name first (`cpu` before `wall`), else a count of samples times a period that is time. */
function chosenType(tables: Tables, name: string): ChosenType {
  const types = tables.types.map((type) => ({ name: text(tables, type.type), unit: text(tables, type.unit) }));
  if (types.length === 0) throw profileInvalid(`${name} is no pprof profile: it has no sample types.`);
  const counts = types.findIndex((type) => COUNTED.includes(type.name) && type.unit === 'count');
  for (const wanted of TIMED) {
    const index = types.findIndex((type) => type.name === wanted && MICROSECONDS[type.unit] !== undefined);
    if (index < 0) continue;
    const factor = MICROSECONDS[types[index]!.unit]!;
    return { name: wanted, index, factor, periodInUnit: tables.period || 1, ...(counts >= 0 && { counts }) };
  }
  const periodUnit = MICROSECONDS[text(tables, tables.periodType?.unit ?? 0)];
  if (counts >= 0 && periodUnit !== undefined && tables.period > 0) {
    return { name: types[counts]!.name, index: counts, factor: tables.period * periodUnit, counts, periodInUnit: 1 };
  }
  const held = types.map((type) => `${type.name} in ${type.unit}`).join(', ');
  throw profileInvalid(
    `${name} holds ${held}, no CPU or wall time; send a CPU profile (Go: /debug/pprof/profile or runtime/pprof.StartCPUProfile).`,
  );
}

interface NamedLocation {
  /** Outermost first: the inlined function comes after the one it was inlined into. */
  frames: readonly NamedFrame[];
  names: readonly string[];
  line: number;
}

/** Frames of locations, each named once. */
class LocationNames {
  readonly #tables: Tables;
  readonly #into: NativeStacks;
  readonly #known = new Map<number, NamedLocation>();

  constructor(tables: Tables, into: NativeStacks) {
    this.#tables = tables;
    this.#into = into;
  }

  stackOf(sample: Sample, isDropped: (name: string) => boolean): { named: NamedFrame[]; line: number } {
    const named: NamedFrame[] = [];
    let line = 0;
    let kept = false;
    for (const id of sample.locationId.toReversed()) {
      const location = this.#location(Number(id));
      for (const [index, frame] of location.frames.entries()) {
        const drop = isDropped(location.names[index]!);
        // As pprof does: below a kept frame, a dropped one takes all that it calls along.
        if (drop && kept) return { named, line: 0 };
        if (!drop) kept = true;
        named.push(frame);
      }
      line = location.line;
    }
    return named.length > 0
      ? { named, line }
      : { named: [this.#into.named({ name: '(unknown)', file: '', line: 0 })], line: 0 };
  }

  #location(id: number): NamedLocation {
    const known = this.#known.get(id) ?? this.#named(id);
    this.#known.set(id, known);
    return known;
  }

  #named(id: number): NamedLocation {
    const location = this.#tables.locations.get(id);
    const found: NativeFrame[] = [];
    for (let index = 0; index < (location?.lines.length ?? 0); index += 2) {
      const entry = this.#tables.functions.get(location!.lines[index]!);
      found.unshift({
        name: text(this.#tables, entry?.name ?? 0),
        file: text(this.#tables, entry?.file ?? 0),
        line: location!.lines[index + 1]!,
      });
    }
    if (found.length === 0) found.push({ name: `[${this.#binary(location?.mapping ?? 0)}]`, file: '', line: 0 });
    return {
      frames: found.map((frame) => this.#into.named(frame)),
      names: found.map((frame) => frame.name),
      line: location?.lines[1] ?? 0,
    };
  }

  /** Name of the program or library of an address that was not symbolized. */
  #binary(mapping: number): string {
    const file = text(this.#tables, this.#tables.mappings.get(mapping)?.file ?? 0);
    if (file === '' && this.#into.problems.length < MAX_PROBLEMS) this.#sayUnsymbolized();
    return file.slice(file.lastIndexOf('/') + 1) || 'unknown';
  }

  #sayUnsymbolized(): void {
    const problem = 'Some addresses have no function: the profile was not symbolized.';
    if (!this.#into.problems.includes(problem)) this.#into.problems.push(problem);
  }
}
