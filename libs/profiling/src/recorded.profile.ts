import { HeadroomError, profileRecorded, sha256, uuidv5, type Profile } from '@headroom/contracts';
import { readProfile, type ProfileContent, type ReadProfileOptions } from './read.profile.js';
import { COMMIT_LABELS, commitOfProfile, type CommitSources } from './profile.commit.js';
import { MAX_PROBLEMS, type Stacks } from './stacks.js';
import { encodeStacks } from './stacks.codec.js';

/** What the publisher knows of a profile beside its samples. */
export type ProfileFacts = Omit<Profile, 'samples' | 'format' | 'profile'>;

/** Facts of which the profile may tell the stretch and the commit itself. */
export type GivenFacts = Omit<ProfileFacts, 'startedAt' | 'endedAt' | 'version'> & Partial<ProfileFacts>;

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
export interface RecordProfileOptions extends Omit<ReadProfileOptions, 'fetchSource'> {
  /** Reads sources, generated files and source maps, at the commit that the profile was found to be of. Used for `.cpuprofile`. */
  fetchSource: (path: string, commit: string) => Promise<string | undefined>;
  /** Who publishes, a URI reference. */
  source: string;
  /** Id of the event, where the same profile read again may differ in its text. @default derived from the content */
  eventId?: string;
  /** Where the commit may be learnt from beside `version` and the profile's labels. */
  commit?: Omit<CommitSources, 'explicit'>;
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

type Filled = { facts: ProfileFacts; conflicts: readonly string[] };

async function filled(
  given: GivenFacts,
  own: Omit<ProfileContent, 'format'>,
  sources: RecordProfileOptions['commit'],
): Promise<Filled> {
  const startedAt = given.startedAt ?? own.startedAt;
  const endedAt = given.endedAt ?? own.endedAt;
  if (startedAt === undefined || endedAt === undefined) {
    throw new HeadroomError(
      'The profile does not say when it was taken: give startedAt and endedAt (--started-at, --ended-at).',
      { code: 'HEADROOM_PROFILE_INVALID' },
    );
  }
  const cpuSeconds = given.cpuSeconds ?? own.cpuSeconds;
  const explicit = given.version === undefined ? {} : { explicit: given.version };
  const origin = { deployment: given.deployment, from: startedAt, to: endedAt };
  const found = await commitOfProfile(own, origin, { ...sources, ...explicit });
  if (!found) throw commitUnknown(given.deployment, own.buildIds);
  const { commit: version, conflicts } = found;
  return {
    facts: { ...given, version, startedAt, endedAt, ...(cpuSeconds !== undefined && { cpuSeconds }) },
    conflicts,
  };
}

function commitUnknown(deployment: string, [buildId]: readonly string[]): HeadroomError {
  const built = buildId === undefined ? '' : `, or with ${buildId} among its buildIds`;
  return new HeadroomError(
    `Nothing says which commit the profile is of: give version (--version, or a variable with --version-env), label its samples (${COMMIT_LABELS.join(', ')}), or publish change.deployed of the deployment "${deployment}"${built} and send the profile again.`,
    { code: 'HEADROOM_PROFILE_COMMIT_UNKNOWN' },
  );
}

const STACKS_MEDIA_TYPE = 'application/vnd.headroom.stacks.v1+gzip';

/**
 * Reads a profile of any format ({@link readProfile}) and builds its `profile.recorded` event. The event id derives from the content, so
 * that the same profile published twice is one event. The facts are taken as they are, CPU time and the stretch
 * from the profile where none are given: whoever takes the event validates it.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID`, `HEADROOM_PROFILE_COMMIT_UNKNOWN`, `HEADROOM_PROFILE_COMMIT_INVALID`,
 *   `HEADROOM_PATH_MAP_INVALID`
 */
export async function recordProfile(
  input: unknown,
  given: GivenFacts,
  options: RecordProfileOptions,
): Promise<RecordedProfile> {
  // Frames need the source of a commit, which is found once, by what the profile says of itself.
  let found: Promise<Filled> | undefined;
  const fetchSource = async (path: string, content: ProfileContent): Promise<string | undefined> => {
    found ??= filled(given, content, options.commit);
    return options.fetchSource(path, (await found).facts.version);
  };
  const { stacks: read, facts: own } = await readProfile(bytesOf(input), { ...options, fetchSource });
  const { facts, conflicts } = await (found ?? filled(given, own, options.commit));
  const problems = [...conflicts, ...read.summary.problems].slice(0, MAX_PROBLEMS);
  const stacks: Stacks = { ...read, summary: { ...read.summary, problems } };
  const blob = encodeStacks(stacks);
  const profile = { sha256: sha256(blob), size: blob.length, mediaType: STACKS_MEDIA_TYPE };
  const known = FACTS.filter((name) => facts[name] !== undefined).map((name) => [name, facts[name]]);
  const told = Object.fromEntries(known) as ProfileFacts;
  const data: Profile = { ...told, samples: stacks.samples, format: stacks.format, profile };
  const id = options.eventId ?? uuidv5(JSON.stringify(data));
  return {
    event: { specversion: '1.0', id, source: options.source, type: profileRecorded.type, time: facts.endedAt, data },
    blob,
    stacks,
  };
}
