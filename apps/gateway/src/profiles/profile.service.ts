import { EventRefusedError, type Profile } from '@headroom/contracts';
import type { ChangeIndex } from '@headroom/indexes';
import { recordProfile, type FetchSource, type PathMap } from '@headroom/profiling';
import type { BlobStore } from '@headroom/runtime';
import type { Intake, RequestTrace } from '../events/intake.service.js';
import type { ProfileBody } from './profile.body.js';
import type { ProfileAnswer } from '../http/answer.schemas.js';
import type { ProfileQuery } from '../http/query.schemas.js';

/** The code of a service at a commit. */
export interface CommitSource {
  /** Reads a file of the commit; undefined where there is none. */
  fetchSource: FetchSource;
  /** Why its code cannot be had, a sentence. */
  problem?: string;
}

/** What a host knows of the code of a service. */
export interface ServiceSource {
  /** Where the files of the running service lie in its repository. */
  pathMap: PathMap;
  unitOfWork?: string;
  /** Its code at the commit that ran. */
  at: (commit: string) => Promise<CommitSource>;
}

/** The source of a service. */
export type SourceOf = (service: string) => Promise<ServiceSource>;

/** What {@link Profiles} is made from. */
export interface ProfilesOptions {
  intake: Intake;
  blobs: BlobStore;
  /** Says which commit ran, where the publisher does not. */
  changes: ChangeIndex;
  /** @default no service's code is at hand: only what comes along with a profile resolves its frames */
  sourceOf?: SourceOf;
}

function pathMapOf(query: ProfileQuery): PathMap {
  const pairs = (query.pathMap ?? []).map((text) => [
    text.slice(0, text.indexOf('=')),
    text.slice(text.indexOf('=') + 1),
  ]);
  return Object.fromEntries(pairs) as PathMap;
}

/** Takes raw profiles: resolves their frames, stores the stacks, publishes the event. */
export class Profiles {
  readonly #options: ProfilesOptions;

  constructor(options: ProfilesOptions) {
    this.#options = options;
  }

  /**
   * Takes one profile.
   * @throws HeadroomError `HEADROOM_PROFILE_INVALID`, `HEADROOM_PROFILE_COMMIT_UNKNOWN`, `HEADROOM_PROFILE_COMMIT_INVALID`,
   *   `HEADROOM_PATH_MAP_INVALID`, `HEADROOM_BLOB_MISSING`; EventRefusedError
   */
  async take(
    body: ProfileBody,
    query: ProfileQuery,
    trace: RequestTrace | undefined,
    eventId?: string,
  ): Promise<ProfileAnswer> {
    const { intake, blobs, changes } = this.#options;
    const known = await this.#options.sourceOf?.(query.service);
    const files = new Map([...(await this.#uploaded(query)), ...body.files]);
    const { pathMap: _pathMap, source: _source, format, firstParty, ...given } = query;
    const facts = { ...given, unitOfWork: query.unitOfWork ?? known?.unitOfWork ?? 'request' };
    const recorded = await recordProfile(body.profile, facts, {
      pathMap: { ...known?.pathMap, ...pathMapOf(query) },
      fetchSource: async (path, commit) => files.get(path) ?? (await known?.at(commit))?.fetchSource(path),
      source: '/headroom/gateway',
      ...(eventId !== undefined && { eventId }),
      ...(format !== undefined && { format }),
      firstParty,
      ...(query.version === undefined && { commit: { changes: (window) => changes.changes(query.service, window) } }),
    });
    const { event, blob, stacks } = recorded;
    await blobs.put(blob, event.data.profile.mediaType);
    const { refused } = await intake.take([event], trace);
    if (refused[0]) throw new EventRefusedError('HEADROOM_EVENT_INVALID', refused[0].issues);
    const { problem } = (await known?.at(event.data.version)) ?? {};
    return { id: event.id, ...told(event.data, stacks.summary, problem) };
  }

  async #uploaded(query: ProfileQuery): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const text of query.source ?? []) {
      const at = text.lastIndexOf('=');
      const bytes = await this.#options.blobs.get({ sha256: text.slice(at + 1) });
      files.set(text.slice(0, at), bytes.toString('utf8'));
    }
    return files;
  }
}

function told(
  { profile, samples, version }: Profile,
  summary: {
    resolvedFrames: number;
    unresolvedFrames: number;
    unmappedFiles: readonly string[];
    problems: readonly string[];
  },
  problem: string | undefined,
): Omit<ProfileAnswer, 'id'> {
  return {
    version,
    profile,
    samples,
    frames: { resolved: summary.resolvedFrames, unresolved: summary.unresolvedFrames },
    unmappedFiles: [...summary.unmappedFiles],
    problems: [...(problem === undefined ? [] : [problem]), ...summary.problems],
  };
}
