import { HeadroomError } from '@headroom/contracts';
import {
  OpportunityCases,
  projectedCases,
  projectedOpportunities,
  projectedOpportunity,
  type KnownOpportunity,
  type OpportunityCase,
} from '@headroom/indexes';
import type { KeyValueStore } from '@headroom/runtime';
import type { OpportunityListQuery } from '../http/query.schemas.js';

/** An opportunity as lists show it. */
export type OpportunityItem = Omit<KnownOpportunity, 'found' | 'status'> &
  KnownOpportunity['found'] & {
    /** The case that works on it, or the one in which it was declined. */
    case?: OpportunityCase;
  };

/** A page of opportunities. */
export interface OpportunityPage {
  opportunities: OpportunityItem[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/** The order of lists, and of cursors in them: the largest expected saving first, then by id. */
type Place = readonly [saving: number, id: string];

function placeOf({ id, saving }: Pick<OpportunityItem, 'id' | 'saving'>): Place {
  return [saving.share, id];
}

function comparePlaces([leftSaving, leftId]: Place, [rightSaving, rightId]: Place): number {
  return rightSaving - leftSaving || (leftId < rightId ? -1 : Number(leftId > rightId));
}

function cursorText([saving, id]: Place): string {
  return `${saving}_${id}`;
}

function parseCursor(text: string): Place {
  const [, saving = '', id] = /^([0-9.e-]{1,30})_(opt-[0-9a-f]{20})$/.exec(text) ?? [];
  if (id !== undefined && Number.isFinite(Number(saving))) return [Number(saving), id];
  throw new HeadroomError('The cursor is none of this list; leave it out to begin at the first page.', {
    code: 'HEADROOM_CURSOR_INVALID',
  });
}

/** Reads the catalogue of opportunities that the projector keeps. */
export class OpportunityQueries {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /**
   * A page of the opportunities that match, the largest expected saving first.
   * @throws HeadroomError `HEADROOM_CURSOR_INVALID`
   */
  async list({ service, skill, certainty, cursor, limit }: OpportunityListQuery): Promise<OpportunityPage> {
    const after = cursor === undefined ? undefined : parseCursor(cursor);
    const cases = new OpportunityCases(await projectedCases(this.#store));
    const matching = (await projectedOpportunities(this.#store))
      .filter(
        ({ service: of, found }) =>
          (service === undefined || service.includes(of)) &&
          (skill === undefined || skill.includes(found.skill.name)) &&
          (certainty === undefined || certainty === found.certainty),
      )
      .map((each) => itemOf(each, cases))
      .sort((left, right) => comparePlaces(placeOf(left), placeOf(right)));
    const rest = after ? matching.filter((item) => comparePlaces(after, placeOf(item)) < 0) : matching;
    const opportunities = rest.slice(0, limit);
    const last = opportunities.at(-1);
    return {
      opportunities,
      ...(last && rest.length > opportunities.length && { nextCursor: cursorText(placeOf(last)) }),
    };
  }

  /**
   * One opportunity.
   * @throws HeadroomError `HEADROOM_OPPORTUNITY_NOT_FOUND`
   */
  async one(id: string): Promise<OpportunityItem> {
    const found = await projectedOpportunity(this.#store, id);
    if (found) return itemOf(found, new OpportunityCases(await projectedCases(this.#store)));
    throw new HeadroomError(
      `There is no opportunity "${id}", or it is no longer there; "headroom opportunities" lists them.`,
      { code: 'HEADROOM_OPPORTUNITY_NOT_FOUND' },
    );
  }
}

function itemOf(opportunity: KnownOpportunity, cases: OpportunityCases): OpportunityItem {
  const { id, service, repository, found } = opportunity;
  const known = cases.of(opportunity);
  return { id, service, repository, ...found, ...(known && { case: known }) };
}
