import { EventRefusedError, type Profile } from '@headroom/contracts';
import { recordProfile, type FetchSource, type PathMap } from '@headroom/profiling';
import type { BlobStore } from '@headroom/runtime';
import type { Intake, RequestTrace } from '../events/intake.service.js';
import type { ProfileBody } from './profile.body.js';
import type { ProfileAnswer } from '../http/answer.schemas.js';
import type { ProfileQuery } from '../http/query.schemas.js';

/** What a host knows of the code of a service. */
export interface ServiceSource {
  /** Where the files of the running service lie in its repository. */
  pathMap: PathMap;
  unitOfWork?: string;
  /** Reads a file of the commit that ran; undefined where there is none. */
  fetchSource: FetchSource;
  /** Why its code cannot be had, a sentence. */
  problem?: string;
}

/** The source of a service at a commit. */
export type SourceOf = (service: string, commit: string) => Promise<ServiceSource>;

/** What {@link Profiles} is made from. */
export interface ProfilesOptions {
  intake: Intake;
  blobs: BlobStore;
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
   * @throws HeadroomError `HEADROOM_PROFILE_INVALID`, `HEADROOM_PATH_MAP_INVALID`, `HEADROOM_BLOB_MISSING`; EventRefusedError
   */
  async take(
    body: ProfileBody,
    query: ProfileQuery,
    trace: RequestTrace | undefined,
    eventId?: string,
  ): Promise<ProfileAnswer> {
    const { intake, blobs } = this.#options;
    const known = await this.#options.sourceOf?.(query.service, query.version);
    const files = new Map([...(await this.#uploaded(query)), ...body.files]);
    const { pathMap: _pathMap, source: _source, format, firstParty, ...given } = query;
    const facts = { ...given, unitOfWork: query.unitOfWork ?? known?.unitOfWork ?? 'request' };
    const recorded = await recordProfile(body.profile, facts, {
      pathMap: { ...known?.pathMap, ...pathMapOf(query) },
      fetchSource: async (path) => files.get(path) ?? known?.fetchSource(path),
      source: '/headroom/gateway',
      ...(eventId !== undefined && { eventId }),
      ...(format !== undefined && { format }),
      firstParty,
    });
    const { event, blob, stacks } = recorded;
    await blobs.put(blob, event.data.profile.mediaType);
    const { refused } = await intake.take([event], trace);
    if (refused[0]) throw new EventRefusedError('HEADROOM_EVENT_INVALID', refused[0].issues);
    return { id: event.id, ...told(event.data, stacks.summary, known?.problem) };
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
  { profile, samples }: Profile,
  summary: {
    resolvedFrames: number;
    unresolvedFrames: number;
    unmappedFiles: readonly string[];
    problems: readonly string[];
  },
  problem: string | undefined,
): Omit<ProfileAnswer, 'id'> {
  return {
    profile,
    samples,
    frames: { resolved: summary.resolvedFrames, unresolved: summary.unresolvedFrames },
    unmappedFiles: [...summary.unmappedFiles],
    problems: [...(problem === undefined ? [] : [problem]), ...summary.problems],
  };
}
