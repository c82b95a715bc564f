import type { CaseView } from '@headroom/cases';
import { getStreamState, listStreamState, type KeyValueStore } from '@headroom/runtime';
import type { CaseIndex, CaseQuery, SimilarCase } from './case.index.js';

/** Consumer group of the projector. */
export const PROJECTOR_GROUP = 'projector';

const CASES = 'case/';
const DEFAULT_LIMIT = 20;

/** Key of a case's view in the projector's state. */
export function caseKey(caseId: string): string {
  return `${CASES}${caseId}`;
}

/** All views that the projector has folded. */
export async function projectedCases(store: KeyValueStore): Promise<CaseView[]> {
  const entries = await listStreamState<CaseView>(store, PROJECTOR_GROUP, CASES);
  return entries.map(({ value }) => value);
}

/** The view of a case; undefined where there is none. */
export function projectedCase(store: KeyValueStore, caseId: string): Promise<CaseView | undefined> {
  return getStreamState<CaseView>(store, PROJECTOR_GROUP, caseKey(caseId));
}

interface Likeness {
  similarity: number;
  why: string;
}

function fileOf(subject: string): string {
  return subject.slice(0, subject.indexOf(':'));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [];
}

/** What makes a case like what is asked for, the strongest first; how strong each is was chosen, not fitted. */
function likeness(view: CaseView, query: CaseQuery): Likeness | undefined {
  const sameRepository = query.repository === undefined || query.repository === view.repository;
  const found: Likeness[] = [];
  if (query.subject !== undefined && sameRepository) {
    if (query.subject === view.subject) found.push({ similarity: 1, why: 'the same function' });
    else if (fileOf(query.subject) === fileOf(view.subject)) found.push({ similarity: 0.6, why: 'the same file' });
  }
  if (query.skill !== undefined && query.skill === view.skill) {
    found.push({ similarity: 0.8, why: `the same pattern, ${view.skill}` });
  }
  if (query.text !== undefined) {
    const wanted = [...new Set(wordsOf(query.text))];
    const there = new Set(wordsOf([view.headline, view.subject, view.rootCause?.summary ?? ''].join(' ')));
    const shared = wanted.filter((word) => there.has(word));
    if (shared.length > 0) {
      const similarity = 0.5 * (shared.length / wanted.length);
      found.push({ similarity, why: `it mentions ${shared.slice(0, 5).join(', ')}` });
    }
  }
  if (query.service === view.service) found.push({ similarity: 0.3, why: 'the same service' });
  else if (query.repository === view.repository) found.push({ similarity: 0.2, why: 'the same repository' });
  const [best] = found.sort((a, b) => b.similarity - a.similarity);
  return best;
}

/** Looks cases up in what the projector keeps. */
export class ProjectedCases implements CaseIndex {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  find(caseId: string): Promise<CaseView | undefined> {
    return projectedCase(this.#store, caseId);
  }

  async similar(query: CaseQuery): Promise<SimilarCase[]> {
    const views = await projectedCases(this.#store);
    const alike = views
      .filter(({ kind }) => query.kind === undefined || query.kind === kind)
      .flatMap((view) => {
        const like = likeness(view, query);
        return like ? [{ view, ...like }] : [];
      });
    return alike
      .sort((a, b) => b.similarity - a.similarity || (a.view.caseId < b.view.caseId ? -1 : 1))
      .slice(0, query.limit ?? DEFAULT_LIMIT);
  }
}
