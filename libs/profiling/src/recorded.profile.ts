import { profileRecorded, sha256, uuidv5, type Profile } from '@headroom/contracts';
import { stacksFromCpuProfile } from './cpu-profile.stacks.js';
import type { PathMap } from './path.map.js';
import type { Stacks } from './stacks.js';
import { encodeStacks } from './stacks.codec.js';

/** What the publisher knows of a profile beside its samples. */
export type ProfileFacts = Omit<Profile, 'samples' | 'format' | 'profile'>;

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

/** Reads a file by its repository-relative path; undefined where there is none. */
export type FetchSource = (path: string) => Promise<string | undefined>;

/** Options of {@link recordProfile}. */
export interface RecordProfileOptions {
  /** Where the process's files lie in the repository. */
  pathMap: PathMap;
  /** Reads sources, generated files and source maps of the commit that ran. */
  fetchSource: FetchSource;
  /** Who publishes, a URI reference. */
  source: string;
  /** What to call the profile in a refusal. @default 'the profile' */
  name?: string;
}

/** A profile ready to be published: its event, and the stacks that the event names. */
export interface RecordedProfile {
  event: { specversion: '1.0'; id: string; source: string; type: string; time: string; data: Profile };
  blob: Uint8Array;
  stacks: Stacks;
}

const STACKS_MEDIA_TYPE = 'application/vnd.headroom.stacks.v1+gzip';

/** A generated file, its map, a source that the map names: the longest chain of files of which one leads to the next. */
const MAX_ROUNDS = 4;

/** Files are asked for as the conversion meets them; it runs again until it meets no new one. */
async function resolvedStacks(input: unknown, options: RecordProfileOptions): Promise<Stacks> {
  const { pathMap, name, fetchSource } = options;
  const texts = new Map<string, string | undefined>();
  for (let round = 1; ; round += 1) {
    const wanted = new Set<string>();
    const readSource = (path: string): string | undefined => {
      if (!texts.has(path)) wanted.add(path);
      return texts.get(path);
    };
    const stacks = stacksFromCpuProfile(input, { name, pathMap, readSource });
    if (wanted.size === 0 || round > MAX_ROUNDS) return stacks;
    for (const path of wanted) texts.set(path, await fetchSource(path));
  }
}

/**
 * Resolves the frames of a V8 `.cpuprofile` and builds its `profile.recorded` event. The event id derives from the content, so
 * that the same profile published twice is one event. The facts are taken as they are: whoever takes the event validates it.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID`, `HEADROOM_PATH_MAP_INVALID`
 */
export async function recordProfile(
  input: unknown,
  facts: ProfileFacts,
  options: RecordProfileOptions,
): Promise<RecordedProfile> {
  const stacks = await resolvedStacks(input, options);
  const blob = encodeStacks(stacks);
  const profile = { sha256: sha256(blob), size: blob.length, mediaType: STACKS_MEDIA_TYPE };
  const known = FACTS.filter((name) => facts[name] !== undefined).map((name) => [name, facts[name]]);
  const given = Object.fromEntries(known) as ProfileFacts;
  const data: Profile = { ...given, samples: stacks.samples, format: stacks.format, profile };
  const id = uuidv5(JSON.stringify(data));
  return {
    event: { specversion: '1.0', id, source: options.source, type: profileRecorded.type, time: facts.endedAt, data },
    blob,
    stacks,
  };
}
