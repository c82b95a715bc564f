import {
  changeDeployed,
  profileRecorded,
  sha256,
  type Change,
  type HeadroomEvent,
  type Profile,
} from '@headroom/contracts';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { eventOf } from './case.events.js';
import type { TestHost } from './test-host.js';

/** A service whose profiles are made: an outer function that costs 600 ms a second, and a function below it. */
export interface MadeService {
  service: string;
  unitOfWork: string;
  /** Function identity. */
  outer: string;
  /** Function identity, and the line in which its cost is. */
  subject: string;
  line: number;
}

/** A deployment of one. */
export interface MadeDeployment {
  /** From 1; there is one every four minutes. */
  number: number;
  commit: string;
  previousCommit: string;
  /** Cost of the subject, microseconds of a second. */
  subjectUs: number;
}

/** A profile as it is published. */
export interface MadeProfile {
  event: HeadroomEvent<Profile>;
  blob: Uint8Array;
}

const STACKS = 'application/vnd.headroom.stacks.v1+gzip';
const OUTER_US = 600_000;

/** A moment of the history, by its minute. */
export function minute(number: number): string {
  return new Date(Date.UTC(2026, 10, 2, 10, number)).toISOString();
}

function stacksOf({ outer, subject, line }: MadeService, subjectUs: number): Stacks {
  const samples = [OUTER_US, subjectUs].map((weight) => Math.round(weight / 1000));
  const nothing = {
    thirdPartyUs: 0,
    runtimeUs: 0,
    unresolvedFrames: 0,
    unresolvedUs: 0,
    unlocatedUs: 0,
    unmappedUs: 0,
  };
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: [outer, subject].map((id) => ({ id, origin: 'first-party', resolved: true })),
    stacks: [
      { frames: [0], weight: OUTER_US, samples: samples[0]! },
      { frames: [0, 1], weight: subjectUs, samples: samples[1]! },
    ],
    lines: [
      { frame: 0, line: 1, weight: OUTER_US },
      { frame: 1, line, weight: subjectUs },
    ],
    samples: samples[0]! + samples[1]!,
    durationUs: 1_000_000,
    idleUs: 1_000_000 - OUTER_US - subjectUs,
    summary: { ...nothing, firstPartyUs: OUTER_US + subjectUs, resolvedFrames: 2, unmappedFiles: [], problems: [] },
  };
}

/** A deployment of a service, and the profile of it. */
export function madeDeployment(
  made: MadeService,
  { number, commit, previousCommit, subjectUs }: MadeDeployment,
): { deployment: HeadroomEvent<Change>; profile: MadeProfile } {
  const { service, unitOfWork } = made;
  const shared = { service, environment: 'production' };
  const deployment = `d${String(number).padStart(2, '0')}`;
  const code = { kind: 'code' as const, commit, previousCommit, deployedAt: minute(number * 4) };
  const stacks = stacksOf(made, subjectUs);
  const blob = encodeStacks(stacks);
  const profile = { sha256: sha256(blob), size: blob.length, mediaType: STACKS };
  const work = { unitOfWork, units: 1000, cpuSeconds: stacks.summary.firstPartyUs / 1e6, restOfHostCores: 0.02 };
  const place = { version: commit, deployment, hostClass: 'c7i.large' };
  const time = { startedAt: minute(number * 4 + 1), endedAt: minute(number * 4 + 2) };
  const data = { ...shared, ...place, ...time, ...work, samples: stacks.samples, format: stacks.format, profile };
  return {
    deployment: eventOf(changeDeployed, { ...shared, deployment, ...code }),
    profile: { event: eventOf(profileRecorded, data), blob },
  };
}

/** Publishes events; none may be refused. */
export async function publishAll(host: TestHost, events: readonly HeadroomEvent[]): Promise<void> {
  const { refused } = await host.client.publish([...events]);
  if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
}

/** Publishes profiles with what they refer to. */
export async function publishProfiles(host: TestHost, profiles: readonly MadeProfile[]): Promise<void> {
  for (const { blob } of profiles) await host.client.putBlob(Buffer.from(blob), STACKS);
  await publishAll(
    host,
    profiles.map(({ event }) => event),
  );
}
