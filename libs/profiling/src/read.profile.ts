import { readCollapsed } from './collapsed.js';
import { stacksFromCpuProfile } from './cpu-profile.stacks.js';
import { NativeStacks } from './native.stacks.js';
import { NativeSymbols } from './native.symbols.js';
import { createPathMapper, type PathMap } from './path.map.js';
import { readPprof } from './pprof.js';
import {
  DEFAULT_MAX_PROFILE_BYTES,
  detectProfileFormat,
  profileInvalid,
  unpackedProfile,
  type ProfileFormat,
} from './profile.format.js';
import { SourceFiles, type ReadSource } from './source.files.js';
import { readSpeedscope } from './speedscope.js';
import type { Stacks } from './stacks.js';

/** Reads a file by its repository-relative path; undefined where there is none. */
export type FetchSource = (path: string) => Promise<string | undefined>;

/** The same, told what the profile says of itself, such as its commit. */
type FetchSourceOf = (path: string, content: ProfileContent) => Promise<string | undefined>;

/** Options of {@link readProfile}. */
export interface ReadProfileOptions {
  /**
   * Where the process's files lie in the repository. A key may be a Go module path, for programs built with `-trimpath`, or the
   * folders of a Java package (`com/example`).
   */
  pathMap: PathMap;
  /** Reads sources, generated files and source maps of the commit that ran; given what the profile says of itself as well. */
  fetchSource: FetchSourceOf;
  /** @default by the content */
  format?: ProfileFormat;
  /** What to call the profile in a refusal. @default 'the profile' */
  name?: string;
  /** Prefixes of names without a file that are the repository's, such as a Java package `com.example`. @default none */
  firstParty?: readonly string[];
  /** Time of one sample of collapsed stacks, microseconds. @default 10000 (100 Hz, of py-spy) */
  samplePeriodUs?: number;
  /** Most bytes of the profile once unpacked. @default 268435456 (256 MiB) */
  maxBytes?: number;
}

/** What a profile says of itself beside its stacks. */
export interface ProfileContent {
  format: ProfileFormat;
  /** `cpu`, `samples` or `wall`, by its name in a pprof. */
  sampleType?: string;
  startedAt?: string;
  endedAt?: string;
  /** CPU time of the samples: the value of a pprof's `cpu`, or its period × samples. Not for wall time, nor for other formats. */
  cpuSeconds?: number;
  /** String labels of the samples, each with its values. */
  labels: Readonly<Record<string, readonly string[]>>;
  /** Build ids of the program and its libraries. */
  buildIds: readonly string[];
}

/** A generated file, its map, a source that the map names: the longest chain of files of which one leads to the next. */
const MAX_ROUNDS = 4;

/**
 * Reads with the texts of files. They are asked for as the reading meets them; it is done again until it meets no new one, or none
 * of the new ones exists.
 */
async function withSources<Read extends { facts: ProfileContent }>(
  fetchSource: FetchSourceOf,
  read: (readSource: ReadSource) => Read,
): Promise<Read> {
  const texts = new Map<string, string | undefined>();
  for (let round = 1; ; round += 1) {
    const wanted = new Set<string>();
    const result = read((path) => {
      if (!texts.has(path)) wanted.add(path);
      return texts.get(path);
    });
    if (wanted.size === 0 || round > MAX_ROUNDS) return result;
    for (const path of wanted) texts.set(path, await fetchSource(path, result.facts));
    if ([...wanted].every((path) => texts.get(path) === undefined)) return result;
  }
}

/**
 * Reads a profile of any format into weighted stacks, and what it says of itself.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID` (truncated, empty, of another format, no time), `HEADROOM_PATH_MAP_INVALID`
 */
export async function readProfile(
  bytes: Uint8Array,
  options: ReadProfileOptions,
): Promise<{ stacks: Stacks; facts: ProfileContent }> {
  const name = options.name ?? 'the profile';
  const plain = unpackedProfile(bytes, name, options.maxBytes ?? DEFAULT_MAX_PROFILE_BYTES);
  const format = options.format ?? detectProfileFormat(plain, name);
  const none = { format, labels: {}, buildIds: [] };
  const { pathMap, fetchSource } = options;
  if (format === 'cpuprofile') {
    return withSources(fetchSource, (readSource) => ({
      stacks: stacksFromCpuProfile(plain, { name: options.name, pathMap, readSource }),
      facts: none,
    }));
  }
  const mapper = createPathMapper(pathMap);
  const folders = Object.values(pathMap).map((folder) => folder.replace(/^\.?\/|\/+$/g, ''));
  const { stacks, facts } = await withSources(fetchSource, (readSource) => {
    const symbols = new NativeSymbols(new SourceFiles(readSource, mapper), folders);
    const into = new NativeStacks(mapper, options.firstParty ?? [], symbols);
    const { facts, durationUs } = readNative(plain, into, format, options);
    return { stacks: into.build(durationUs ?? into.weightUs), facts };
  });
  if (stacks.samples === 0)
    throw profileInvalid(`${name} holds no samples: the profile says nothing; record for longer.`);
  return { stacks, facts };
}

function readNative(
  plain: Uint8Array,
  into: NativeStacks,
  format: Exclude<ProfileFormat, 'cpuprofile'>,
  options: ReadProfileOptions,
): { facts: ProfileContent; durationUs?: number } {
  const name = options.name ?? 'the profile';
  if (format === 'collapsed') readCollapsed(plain, into, name, options.samplePeriodUs ?? 10_000);
  else if (format === 'speedscope') readSpeedscope(plain, into, name);
  else {
    const { sampleType, startedAt, durationUs, labels, buildIds } = readPprof(plain, into, name);
    const isCpu = !sampleType.startsWith('wall');
    const cpuSeconds = into.weightUs / 1e6;
    const start = startedAt === undefined ? undefined : Date.parse(startedAt);
    return {
      facts: {
        format,
        sampleType,
        labels,
        buildIds,
        ...(isCpu && cpuSeconds > 0 && { cpuSeconds }),
        ...(startedAt !== undefined && { startedAt }),
        ...(start !== undefined &&
          durationUs !== undefined && { endedAt: new Date(start + durationUs / 1000).toISOString() }),
      },
      ...(durationUs !== undefined && { durationUs }),
    };
  }
  return { facts: { format, labels: {}, buildIds: [] } };
}
