import type { CaseView } from '@headroom/cases';

/** What similar cases are looked for by. */
export interface CaseQuery {
  /** Function or setting that a case is about. */
  subject?: string;
  repository?: string;
  service?: string;
  kind?: 'regression' | 'opportunity';
  /** Skill that drafted a candidate, or left the case alone. */
  skill?: string;
  /** Words to be found in causes, titles and reasons. */
  text?: string;
  /** @default 20 */
  limit?: number;
}

/** A case with how much it is like what was asked for. */
export interface SimilarCase {
  view: CaseView;
  /** 0 to 1. */
  similarity: number;
  /** Why it is alike, a sentence: same function, same pattern, same file. */
  why: string;
}

/** Past and present cases, as the projector folded them. */
export interface CaseIndex {
  /** The most similar first; equal ones by case id. */
  similar(query: CaseQuery): Promise<SimilarCase[]>;
  /** One case; undefined where there is none. */
  find(caseId: string): Promise<CaseView | undefined>;
}
