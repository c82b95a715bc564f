import { readFileSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadroomError, messageOf, profileRecorded, sha256, uuidv5, type Profile } from '@headroom/contracts';
import { hostClass } from '@headroom/platform';
import { encodeStacks, stacksFromCpuProfile, type PathMap, type Stacks } from '@headroom/profiling';

/** Options of `headroom publish --profile`, as commander hands them over. */
export interface ProfileOptions {
  service?: string;
  environment: string;
  version?: string;
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
}

/** A profile ready to be published: its event, and the stacks that the event names. */
export interface ProfileEvent {
  event: { specversion: '1.0'; id: string; source: string; type: string; time: string; data: Profile };
  blob: Uint8Array;
  stacks: Stacks;
}

const STACKS_MEDIA_TYPE = 'application/vnd.headroom.stacks.v1+gzip';

function required(options: ProfileOptions, ...keys: (keyof ProfileOptions)[]): void {
  const missing = keys.filter((key) => options[key] === undefined);
  if (missing.length === 0) return;
  const flags = missing.map((key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new HeadroomError(`A profile needs ${flags.join(', ')} as well.`, { code: 'HEADROOM_USAGE' });
}

function sourceReader(root: string | undefined): (path: string) => string | undefined {
  if (root === undefined) return () => undefined;
  return (path) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return undefined;
    }
  };
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

/**
 * Reads a V8 `.cpuprofile`, resolves its frames with the source, and builds the event. The event id derives from the
 * content, so that publishing the same profile twice is one event.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_INPUT_UNREADABLE`, `HEADROOM_PROFILE_INVALID`
 */
export async function profileEvent(file: string, options: ProfileOptions): Promise<ProfileEvent> {
  required(options, 'service', 'version', 'deployment', 'startedAt', 'endedAt');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = `The profile ${file} cannot be read: ${messageOf(error)}`;
    throw new HeadroomError(reason, { code: 'HEADROOM_INPUT_UNREADABLE', cause: error });
  }
  const pathMap: PathMap = { ...sourceMapping(options.source), ...options.pathMap };
  const stacks = stacksFromCpuProfile(text, { name: file, pathMap, readSource: sourceReader(options.source) });
  const blob = encodeStacks(stacks);
  const ref = { sha256: sha256(blob), size: blob.length, mediaType: STACKS_MEDIA_TYPE };
  const data = {
    service: options.service,
    environment: options.environment,
    version: options.version,
    deployment: options.deployment,
    hostClass: options.hostClass ?? hostClass(),
    ...(options.process === undefined ? {} : { process: options.process }),
    startedAt: options.startedAt,
    endedAt: options.endedAt,
    unitOfWork: options.unitOfWork,
    ...(options.units === undefined ? {} : { units: options.units }),
    ...(options.cpuSeconds === undefined ? {} : { cpuSeconds: options.cpuSeconds }),
    ...(options.mainThreadCpuSeconds === undefined ? {} : { mainThreadCpuSeconds: options.mainThreadCpuSeconds }),
    ...(options.restOfHostCores === undefined ? {} : { restOfHostCores: options.restOfHostCores }),
    samples: stacks.samples,
    format: stacks.format,
    profile: ref,
  } as Profile;
  const id = uuidv5(JSON.stringify(data));
  const event = {
    specversion: '1.0' as const,
    id,
    source: '/headroom/publish',
    type: profileRecorded.type,
    time: options.endedAt ?? '',
    data,
  };
  return { event, blob, stacks };
}
