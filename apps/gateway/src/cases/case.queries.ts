import {
  summariseCase,
  type CaseSummary,
  type CaseView,
  type EvidenceSummary,
  type ServiceView,
  type TimelineEntry,
} from '@headroom/cases';
import { HeadroomError, type BlobRef } from '@headroom/contracts';
import { projectedCase, projectedCases, PROJECTOR_GROUP } from '@headroom/indexes';
import { listStreamState, type BlobStore, type KeyValueStore } from '@headroom/runtime';
import type { TrustedKeys } from '@headroom/verification';
import { positionOf, positionText, readChanges } from './case.changes.js';
import { readNote } from './case.note.js';
import { summariseEvidence } from './evidence.summary.js';
import type { CaseListQuery } from '../http/query.schemas.js';

/** Everything at a glance. */
export interface Overview {
  cases: CaseSummary[];
  services: ServiceView[];
}

/** One case with the figures of its evidence record. */
export interface CaseDetails {
  view: CaseView;
  evidence?: EvidenceSummary;
  /** Text of the note that was judged, its figures filled in. */
  note?: string;
}

/** A case as lists show it. */
export interface CaseItem extends CaseSummary {
  /** Team that owns the service, where the configuration names it. */
  team?: string;
}

/** A page of cases. */
export interface CasePage {
  cases: CaseItem[];
  /** Absent on the last page. */
  nextCursor?: string;
  /** Where a stream of changes goes on from this list. */
  position: string;
}

/** Options of {@link CaseQueries}. */
export interface CaseQueriesOptions {
  store: KeyValueStore;
  blobs: BlobStore;
  trustedKeys: TrustedKeys;
  /** Team that owns a service. @default known of none */
  teamOf?: (service: string) => string | undefined;
}

/** The order of lists, and of cursors in them: the one that changed last first, then by id. */
type Place = readonly [changedAtMs: number, caseId: string];

function placeOf({ updatedAt, caseId }: CaseSummary): Place {
  return [updatedAt === undefined ? 0 : Date.parse(updatedAt), caseId];
}

function comparePlaces([leftMs, leftId]: Place, [rightMs, rightId]: Place): number {
  return rightMs - leftMs || (leftId < rightId ? -1 : Number(leftId > rightId));
}

function cursorText([changedAtMs, caseId]: Place): string {
  return `${changedAtMs.toString(36)}.${caseId}`;
}

function parseCursor(text: string): Place {
  const [, changedAt, caseId] = /^([0-9a-z]{1,10})\.([a-z]+-[0-9a-f]+)$/.exec(text) ?? [];
  if (changedAt !== undefined && caseId !== undefined) return [Number.parseInt(changedAt, 36), caseId];
  throw new HeadroomError('The cursor is none of this list; leave it out to begin at the first page.', {
    code: 'HEADROOM_CURSOR_INVALID',
  });
}

function matches(item: CaseItem, query: CaseListQuery): boolean {
  const { state, service, kind, team, verdict, since } = query;
  return (
    (state === undefined || state.includes(item.state)) &&
    (service === undefined || service.includes(item.service)) &&
    (kind === undefined || kind === item.kind) &&
    (team === undefined || team === item.team) &&
    (verdict === undefined || (item.verdict !== undefined && verdict.includes(item.verdict))) &&
    (since === undefined || placeOf(item)[0] >= Date.parse(since))
  );
}

/** Reads what the projector has folded. */
export class CaseQueries {
  readonly #options: CaseQueriesOptions;

  constructor(options: CaseQueriesOptions) {
    this.#options = options;
  }

  /** All cases, the one that changed last first, and all services. */
  async overview(): Promise<Overview> {
    return { cases: await this.#items(), services: await this.services() };
  }

  /**
   * A page of the cases that match, the one that changed last first.
   * @throws HeadroomError `HEADROOM_CURSOR_INVALID`
   */
  async list(query: CaseListQuery): Promise<CasePage> {
    const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
    // Before the list: a change in between is told again by the stream, never missed.
    const position = positionText(positionOf(await readChanges(this.#options.store)));
    const matching = (await this.#items()).filter((item) => matches(item, query));
    const rest = after ? matching.filter((item) => comparePlaces(after, placeOf(item)) < 0) : matching;
    const cases = rest.slice(0, query.limit);
    const last = cases.at(-1);
    return { cases, position, ...(last && rest.length > cases.length && { nextCursor: cursorText(placeOf(last)) }) };
  }

  /** What the detector can say of each service. */
  async services(): Promise<ServiceView[]> {
    const services = await listStreamState<ServiceView>(this.#options.store, PROJECTOR_GROUP, 'service/');
    return services.map(({ value }) => value);
  }

  /**
   * The view of a case.
   * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`
   */
  async view(caseId: string): Promise<CaseView> {
    const view = await projectedCase(this.#options.store, caseId);
    if (view) return view;
    throw new HeadroomError(`There is no case "${caseId}"; "headroom cases" lists them.`, {
      code: 'HEADROOM_CASE_NOT_FOUND',
    });
  }

  /** A case as lists show it. */
  item(view: CaseView): CaseItem {
    const team = this.#options.teamOf?.(view.service);
    return { ...summariseCase(view), ...(team !== undefined && { team }) };
  }

  /**
   * One case.
   * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`
   */
  async details(caseId: string): Promise<CaseDetails> {
    const found = await this.view(caseId);
    const view = { ...found, ...(await this.#followers(found)) };
    const note = await readNote(view, this.#options.blobs);
    return {
      view,
      ...(view.evidence && { evidence: await this.#evidence(view.evidence) }),
      ...(note !== undefined && { note }),
    };
  }

  /**
   * What happened to a case, in the order of the flow.
   * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`
   */
  async timeline(caseId: string): Promise<{ caseId: string; timeline: TimelineEntry[] }> {
    return { caseId, timeline: (await this.view(caseId)).timeline };
  }

  /** The cases that are stopped because this one works on their cause, by service. */
  async #followers({ caseId, rootCause }: CaseView): Promise<Pick<CaseView, 'followers'>> {
    if (rootCause?.status !== 'named') return {};
    const followers = (await projectedCases(this.#options.store))
      .filter(({ sameCause, stopped }) => sameCause?.caseId === caseId && stopped?.reason === 'same-cause')
      .map(({ caseId: other, service, subject }) => ({ caseId: other, service, subject }))
      .sort((left, right) => left.service.localeCompare(right.service, 'en') || (left.caseId < right.caseId ? -1 : 1));
    return followers.length > 0 ? { followers } : {};
  }

  async #evidence(ref: BlobRef): Promise<EvidenceSummary> {
    const { blobs, trustedKeys } = this.#options;
    try {
      return summariseEvidence(await blobs.get(ref), trustedKeys);
    } catch (error) {
      if (!(error instanceof HeadroomError) || !error.code.startsWith('HEADROOM_BLOB_')) throw error;
      return { verified: false, problem: error.message, verdict: 'not believed' };
    }
  }

  async #items(): Promise<CaseItem[]> {
    const items = (await projectedCases(this.#options.store)).map((view) => this.item(view));
    return items.sort((left, right) => comparePlaces(placeOf(left), placeOf(right)));
  }
}
