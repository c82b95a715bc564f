import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { hostClass } from '@headroom/platform';
import {
  recordProfile,
  type CommitSources,
  type FetchSource,
  type GivenFacts,
  type PathMap,
  type ProfileFormat,
  type RecordedProfile,
} from '@headroom/profiling';
import { commitOfEnvironment } from './commit.sources.js';

/** Options of `headroom publish --profile`, as commander hands them over. */
export interface ProfileOptions {
  service?: string;
  environment: string;
  version?: string;
  /** Variable of the environment that holds the commit. @default the usual ones */
  versionEnv?: string;
  deployment?: string;
  hostClass?: string;
  process?: string;
  startedAt?: string;
  endedAt?: string;
  unitOfWork: string;
  units?: number;
  cpuSeconds?: number;
  mainThreadCpuSeconds?: number;
  restOfHostCores?: number;
  source?: string;
  pathMap: Record<string, string>;
  /** Format of the profile. @default by its content */
  format?: ProfileFormat;
  /** Prefixes of names without a file that are the repository's. */
  firstParty?: string[];
}

function required(options: ProfileOptions, ...keys: (keyof ProfileOptions)[]): void {
  const missing = keys.filter((key) => options[key] === undefined);
  if (missing.length === 0) return;
  const flags = missing.map((key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new HeadroomError(`A profile needs ${flags.join(', ')} as well.`, { code: 'HEADROOM_USAGE' });
}

function sourceReader(root: string | undefined): FetchSource {
  // A file that is not there stays unresolved, which the summary counts.
  return async (path) => (root === undefined ? undefined : readFile(join(root, path), 'utf8').catch(() => undefined));
}

/** Engines report resolved paths, so the checkout maps under its resolved name. */
function sourceMapping(source: string | undefined): PathMap {
  if (source === undefined) return {};
  try {
    return { [realpathSync(source)]: '' };
  } catch (error) {
    const reason = `The source folder ${source} cannot be read: ${messageOf(error)}`;
    throw new HeadroomError(reason, { code: 'HEADROOM_INPUT_UNREADABLE', cause: error });
  }
}

/** What tells the commit beside option and labels. */
export interface ProfileSurroundings {
  /** The publisher's environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** What reached the service. @default nothing is known */
  changes?: CommitSources['changes'];
}

function commitSources({ version, versionEnv }: ProfileOptions, { env, changes }: ProfileSurroundings): CommitSources {
  // Who says the commit knows it: nothing else is asked.
  if (version !== undefined) return {};
  const environment = commitOfEnvironment(env, versionEnv);
  return { ...(environment !== undefined && { environment }), ...(changes && { changes }) };
}

/**
 * Reads a profile of any format, resolves its frames with the source, and builds the event.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_INPUT_UNREADABLE`, `HEADROOM_PROFILE_INVALID`, `HEADROOM_PROFILE_COMMIT_UNKNOWN`,
 *   `HEADROOM_PROFILE_COMMIT_INVALID`
 */
export async function profileEvent(
  file: string,
  options: ProfileOptions,
  surroundings: ProfileSurroundings,
): Promise<RecordedProfile> {
  required(options, 'service', 'deployment');
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const reason = `The profile ${file} cannot be read: ${messageOf(error)}`;
    throw new HeadroomError(reason, { code: 'HEADROOM_INPUT_UNREADABLE', cause: error });
  }
  const facts = { ...options, hostClass: options.hostClass ?? hostClass() } as GivenFacts;
  return recordProfile(bytes, facts, {
    name: file,
    pathMap: { ...sourceMapping(options.source), ...options.pathMap },
    fetchSource: sourceReader(options.source),
    source: '/headroom/publish',
    commit: commitSources(options, surroundings),
    ...(options.format !== undefined && { format: options.format }),
    ...(options.firstParty && { firstParty: options.firstParty }),
  });
}
