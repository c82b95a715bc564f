import { changeDeployed, profileRecorded, sha256, type Change } from '@headroom/contracts';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { eventOf } from './case.events.js';
import type { RecordedEvent } from './recordings/recorded.events.js';

/** A service whose telemetry is made up. */
export interface SyntheticService {
  service: string;
  /** @default request */
  unitOfWork?: string;
  /** Function that is at the root of every stack, and costs 600 ms a second by itself. */
  root: string;
}

/** One path of a profile below the root: its frames, outermost first, the line that the last one is at, and its cost. */
export interface SyntheticPath {
  frames: readonly string[];
  line: number;
  /** Microseconds of a second. */
  us: number;
}

/** One deployment of a service. */
export interface SyntheticDeployment {
  /** From 1; there is one every four minutes. */
  number: number;
  commit: string;
  previousCommit: string;
  paths: readonly SyntheticPath[];
}

const mediaType = 'application/vnd.headroom.stacks.v1+gzip';
const ROOT_US = 600_000;
/** No two deployments in a row cost quite the same. */
const NOISE_US = 700;

/** A moment of the history, by its minute. */
export function minute(number: number): string {
  return new Date(Date.UTC(2026, 10, 2, 10, number)).toISOString();
}

function frameOf(id: string): Stacks['frames'][number] {
  const [, , name = ''] = /^(node_modules\/([^/]+))/.exec(id) ?? [];
  if (name !== '') return { id, origin: 'third-party', package: name, resolved: true };
  return { id, origin: id.startsWith('node:') ? 'runtime' : 'first-party', resolved: true };
}

function stacksOf(root: string, paths: readonly SyntheticPath[]): Stacks {
  const all: SyntheticPath[] = [{ frames: [], line: 1, us: ROOT_US }, ...paths];
  const ids = [...new Set([root, ...paths.flatMap(({ frames }) => frames)])].toSorted();
  const frames = ids.map(frameOf);
  const stacks = all.map((path) => ({
    frames: [root, ...path.frames].map((id) => ids.indexOf(id)),
    weight: path.us,
    samples: Math.round(path.us / 1000),
  }));
  const busyUs = all.reduce((sum, { us }) => sum + us, 0);
  const usOf = (origin: string): number =>
    stacks
      .filter((stack) => frames[stack.frames.at(-1)!]?.origin === origin)
      .reduce((sum, { weight }) => sum + weight, 0);
  const rest = { unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0, unmappedFiles: [], problems: [] };
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames,
    stacks,
    lines: all
      .map((path) => ({ frame: ids.indexOf(path.frames.at(-1) ?? root), line: path.line, weight: path.us }))
      .toSorted((a, b) => a.frame - b.frame),
    samples: stacks.reduce((sum, { samples }) => sum + samples, 0),
    durationUs: 1_000_000,
    idleUs: 1_000_000 - busyUs,
    summary: {
      firstPartyUs: usOf('first-party'),
      thirdPartyUs: usOf('third-party'),
      runtimeUs: usOf('runtime'),
      resolvedFrames: ids.length,
      ...rest,
    },
  };
}

/** A deployment of a service, and the profile of a minute of it. */
export function syntheticDeployment(
  { service, unitOfWork = 'request', root }: SyntheticService,
  { number, commit, previousCommit, paths }: SyntheticDeployment,
): { deployment: RecordedEvent; profile: RecordedEvent } {
  const deployment = `d${String(number).padStart(2, '0')}`;
  const shared = { service, environment: 'production', deployment };
  const code: Change = { ...shared, kind: 'code', commit, previousCommit, deployedAt: minute(number * 4) };
  const stacks = stacksOf(
    root,
    paths.map((path) => ({ ...path, us: path.us + (number % 3) * NOISE_US })),
  );
  const bytes = Buffer.from(encodeStacks(stacks));
  const profile = {
    ...shared,
    version: commit,
    hostClass: 'c7i.large',
    startedAt: minute(number * 4 + 1),
    endedAt: minute(number * 4 + 2),
    unitOfWork,
    units: 1000,
    cpuSeconds: (stacks.durationUs - stacks.idleUs) / 1e6,
    restOfHostCores: 0.02,
    samples: stacks.samples,
    format: stacks.format,
    profile: { sha256: sha256(bytes), size: bytes.length, mediaType },
  };
  return {
    deployment: { event: eventOf(changeDeployed, code) },
    profile: { event: eventOf(profileRecorded, profile), blob: { bytes, mediaType } },
  };
}
