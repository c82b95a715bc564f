import { endedWithoutMerge, isSettled, type CaseState, type CaseView } from '@headroom/cases';
import { caseIdOf, type FoundOpportunity, type OpportunityState } from '@headroom/contracts';
import { getStreamState, listStreamState, type KeyValueStore } from '@headroom/runtime';
import { PROJECTOR_GROUP } from './projected.cases.js';

const OPPORTUNITIES = 'opportunity/';

/** Key of an opportunity in the projector's state. */
export function opportunityKey(id: string): string {
  return `${OPPORTUNITIES}${id}`;
}

/** An opportunity that is there. */
export type KnownOpportunity = OpportunityState & { found: FoundOpportunity };

/** Every opportunity that the catalogue holds, in no order. */
export async function projectedOpportunities(store: KeyValueStore): Promise<KnownOpportunity[]> {
  const entries = await listStreamState<KnownOpportunity>(store, PROJECTOR_GROUP, OPPORTUNITIES);
  return entries.map(({ value }) => value);
}

/** One opportunity; undefined where the catalogue has none of that id. */
export function projectedOpportunity(store: KeyValueStore, id: string): Promise<KnownOpportunity | undefined> {
  return getStreamState<KnownOpportunity>(store, PROJECTOR_GROUP, opportunityKey(id));
}

/** The case that an opportunity has, or had. */
export interface OpportunityCase {
  caseId: string;
  state: CaseState;
  /** `open`: somebody or something is at it. `declined`: it ended, and the code is as it was, or a person said no to the function. */
  standing: 'open' | 'declined';
}

/** States in which a person, or silence, said no. */
const REFUSED: readonly CaseState[] = ['dismissed', 'closed', 'expired', 'withheld'];

/** Whether work on a case goes on, the review of its proposal included. */
export function isUnderWay(view: Pick<CaseView, 'state'>): boolean {
  return !isSettled(view) || view.state === 'proposed';
}

/** Finds the cases of opportunities: by their code first, then by their function, whatever its code was. */
export class OpportunityCases {
  readonly #byId: ReadonlyMap<string, CaseView>;
  readonly #bySubject = new Map<string, CaseView[]>();

  constructor(views: readonly CaseView[]) {
    this.#byId = new Map(views.map((view) => [view.caseId, view]));
    for (const view of [...views].sort((a, b) => (a.caseId < b.caseId ? -1 : 1))) {
      const key = JSON.stringify([view.repository, view.subject]);
      this.#bySubject.set(key, [...(this.#bySubject.get(key) ?? []), view]);
    }
  }

  /** Undefined where nobody is at it and nobody has said no. */
  of({ repository, found: { subject, subjectContent } }: KnownOpportunity): OpportunityCase | undefined {
    const same = this.#byId.get(caseIdOf({ repository, kind: 'opportunity', subject, anchor: subjectContent }));
    const others = this.#bySubject.get(JSON.stringify([repository, subject])) ?? [];
    const open = [same, ...others].find((view) => view !== undefined && isUnderWay(view));
    if (open) return { caseId: open.caseId, state: open.state, standing: 'open' };
    const declined = same && endedWithoutMerge(same) ? same : others.find(({ state }) => REFUSED.includes(state));
    return declined && { caseId: declined.caseId, state: declined.state, standing: 'declined' };
  }
}
