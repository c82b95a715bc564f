import { HeadroomError, profileRecorded, sha256, uuidv5, type Profile } from '@headroom/contracts';
import { readProfile, type ProfileContent, type ReadProfileOptions } from './read.profile.js';
import type { Stacks } from './stacks.js';
import { encodeStacks } from './stacks.codec.js';

/** What the publisher knows of a profile beside its samples. */
export type ProfileFacts = Omit<Profile, 'samples' | 'format' | 'profile'>;

/** Facts of which the profile may tell the stretch itself. */
export type GivenFacts = Omit<ProfileFacts, 'startedAt' | 'endedAt'> & Partial<ProfileFacts>;

/** In the order in which the event holds them: its id derives from its text. */
const FACTS = [
  'service',
  'environment',
  'version',
  'deployment',
  'hostClass',
  'process',
  'startedAt',
  'endedAt',
  'unitOfWork',
  'units',
  'cpuSeconds',
  'mainThreadCpuSeconds',
  'restOfHostCores',
] as const satisfies readonly (keyof ProfileFacts)[];

/** Options of {@link recordProfile}. */
export interface RecordProfileOptions extends ReadProfileOptions {
  /** Who publishes, a URI reference. */
  source: string;
}

/** A profile ready to be published: its event, and the stacks that the event names. */
export interface RecordedProfile {
  event: { specversion: '1.0'; id: string; source: string; type: string; time: string; data: Profile };
  blob: Uint8Array;
  stacks: Stacks;
}

function bytesOf(input: unknown): Uint8Array {
  if (input instanceof Uint8Array) return input;
  return new TextEncoder().encode(typeof input === 'string' ? input : JSON.stringify(input));
}

function filled(given: GivenFacts, own: ProfileContent): ProfileFacts {
  const startedAt = given.startedAt ?? own.startedAt;
  const endedAt = given.endedAt ?? own.endedAt;
  if (startedAt === undefined || endedAt === undefined) {
    throw new HeadroomError('The profile does not say when it was taken: give startedAt and endedAt.', {
      code: 'HEADROOM_PROFILE_INVALID',
    });
  }
  const cpuSeconds = given.cpuSeconds ?? own.cpuSeconds;
  return { ...given, startedAt, endedAt, ...(cpuSeconds !== undefined && { cpuSeconds }) };
}

const STACKS_MEDIA_TYPE = 'application/vnd.headroom.stacks.v1+gzip';

/**
 * Reads a profile of any format ({@link readProfile}) and builds its `profile.recorded` event. The event id derives from the content, so
 * that the same profile published twice is one event. The facts are taken as they are, CPU time and the stretch
 * from the profile where none are given: whoever takes the event validates it.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID`, `HEADROOM_PATH_MAP_INVALID`
 */
export async function recordProfile(
  input: unknown,
  given: GivenFacts,
  options: RecordProfileOptions,
): Promise<RecordedProfile> {
  const { stacks, facts: own } = await readProfile(bytesOf(input), options);
  const facts = filled(given, own);
  const blob = encodeStacks(stacks);
  const profile = { sha256: sha256(blob), size: blob.length, mediaType: STACKS_MEDIA_TYPE };
  const known = FACTS.filter((name) => facts[name] !== undefined).map((name) => [name, facts[name]]);
  const told = Object.fromEntries(known) as ProfileFacts;
  const data: Profile = { ...told, samples: stacks.samples, format: stacks.format, profile };
  const id = uuidv5(JSON.stringify(data));
  return {
    event: { specversion: '1.0', id, source: options.source, type: profileRecorded.type, time: facts.endedAt, data },
    blob,
    stacks,
  };
}
