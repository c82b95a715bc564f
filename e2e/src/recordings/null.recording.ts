import type { DeploymentInput, FrameOrigin, ProfileInput } from '@headroom/detection';
import { packText, unpackText } from './packed.text.js';

/** One measured deployment of unchanged code, as the detector's core takes it in. */
export interface RecordedDeployment {
  deployment: DeploymentInput;
  profile: ProfileInput;
}

/** Measured deployments of unchanged code, in the order in which they were measured. */
export interface NullRecording {
  service: string;
  /** When the first deployment was measured, RFC 3339. */
  recordedAt: string;
  /** Node.js that ran the service. */
  node: string;
  deployments: RecordedDeployment[];
}

const FORMAT = 'headroom.null-recording.v1';
const NS_PER_SECOND = 1e9;

/** Rows flattened, four numbers a function (frame, total ns, self ns, samples), three an edge (caller, callee, ns). */
interface PackedDeployment {
  deployment: DeploymentInput;
  profile: Omit<ProfileInput, 'functions' | 'edges'>;
  functions: number[];
  edges: number[];
}

interface PackedRecording extends Omit<NullRecording, 'deployments'> {
  format: typeof FORMAT;
  frames: [id: string, origin: FrameOrigin][];
  deployments: PackedDeployment[];
}

/** Frames by number; the ones that many profiles share are written once. */
class Frames {
  readonly all: [id: string, origin: FrameOrigin][] = [];
  readonly #known = new Map<string, number>();

  number(id: string, origin: FrameOrigin): number {
    const key = `${origin} ${id}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.all.length);
    return this.all.push([id, origin]) - 1;
  }
}

function toNs(seconds: number): number {
  return Math.round(seconds * NS_PER_SECOND);
}

function pack({ deployment, profile }: RecordedDeployment, frames: Frames): PackedDeployment {
  const { functions, edges, ...head } = profile;
  const origins = new Map(functions.map(({ id, origin }) => [id, origin]));
  const numberOf = (id: string): number => frames.number(id, origins.get(id) ?? 'runtime');
  return {
    deployment,
    profile: head,
    functions: functions.flatMap((row) => [
      numberOf(row.id),
      toNs(row.totalCpuSeconds),
      toNs(row.selfCpuSeconds),
      row.samples,
    ]),
    edges: edges.flatMap((row) => [numberOf(row.caller), numberOf(row.callee), toNs(row.cpuSeconds)]),
  };
}

function rowsOf(numbers: readonly number[], width: number): number[][] {
  return Array.from({ length: numbers.length / width }, (_, row) => numbers.slice(row * width, (row + 1) * width));
}

function unpack(packed: PackedDeployment, frames: PackedRecording['frames']): RecordedDeployment {
  const frame = (number: number): [id: string, origin: FrameOrigin] => {
    const found = frames[number];
    if (!found) throw new RangeError(`the recording has no frame ${number}`);
    return found;
  };
  return {
    deployment: packed.deployment,
    profile: {
      ...packed.profile,
      functions: rowsOf(packed.functions, 4).map(([number = -1, total = 0, self = 0, samples = 0]) => {
        const [id, origin] = frame(number);
        return {
          id,
          origin,
          totalCpuSeconds: total / NS_PER_SECOND,
          selfCpuSeconds: self / NS_PER_SECOND,
          samples,
        };
      }),
      edges: rowsOf(packed.edges, 3).map(([caller = -1, callee = -1, ns = 0]) => ({
        caller: frame(caller)[0],
        callee: frame(callee)[0],
        cpuSeconds: ns / NS_PER_SECOND,
      })),
    },
  };
}

/**
 * Packs a recording: brotli over JSON. Costs are kept as whole nanoseconds, which is what the detector's core counts in,
 * so nothing that it sees is lost.
 */
export function encodeRecording(recording: NullRecording): Buffer {
  const frames = new Frames();
  const deployments = recording.deployments.map((each) => pack(each, frames));
  const packed: PackedRecording = { ...recording, format: FORMAT, frames: frames.all, deployments };
  return packText(JSON.stringify(packed));
}

/**
 * Reads what {@link encodeRecording} wrote.
 * @throws RangeError when it is something else
 */
export function decodeRecording(bytes: Uint8Array): NullRecording {
  const packed = JSON.parse(unpackText(bytes)) as PackedRecording;
  const format: string = packed.format;
  if (format !== FORMAT) throw new RangeError(`the recording has the format ${format}, not ${FORMAT}`);
  const { service, recordedAt, node, frames, deployments } = packed;
  return { service, recordedAt, node, deployments: deployments.map((each) => unpack(each, frames)) };
}
