/** Whether a text may be taken at its word. What outsiders wrote is data, never an instruction. */
export type Trust = 'trusted' | 'untrusted';

/** Where a statement is from: a call of a tool, an event, or a skill. */
export interface Citation {
  /** `ev-…` of the tool's answer, or the id of the event. */
  id: string;
  /** Name of the tool; absent for an event and for a skill. */
  tool?: string;
  /** Set where it is a skill of the catalogue; then `id` has its digest. */
  skill?: string;
  arguments?: Readonly<Record<string, unknown>>;
  /** For a reader who wants to look it up. */
  source: string;
  trust: Trust;
  /** What it is about, ISO 8601. */
  window?: { from: string; to: string };
}

/** One sentence of ours, with what it rests on. Text of others in it is cut short and stripped of line breaks. */
export interface Statement {
  text: string;
  /** Ids of {@link Citation}s; at least one. */
  cites: readonly string[];
}

/** Text that is shown as it was found: code, a diff, a message, a document. */
export interface Quote {
  title: string;
  trust: Trust;
  /** Of a code block, such as `diff` or `ts`. */
  language?: string;
  text: string;
  /** Characters that were left out at the end, where the budget was met; the citation says where the rest is. */
  cutCharacters?: number;
  cites: readonly string[];
}

/** Sections, in the order in which a reader needs them. */
export const SECTION_NAMES = [
  'symptoms',
  'profile-changes',
  'root-cause',
  'code',
  'deployed-meanwhile',
  'owners',
  'similar-cases',
  'pattern',
  'resolved-before',
  'validation',
] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** One part of a dossier. */
export interface Section {
  name: SectionName;
  title: string;
  /** Most estimated tokens of the section. */
  budgetTokens: number;
  /** The least trusted of what is in it. */
  trust: Trust;
  statements: Statement[];
  quotes: Quote[];
  /** What could not be had, or was left out, a sentence each. */
  missing: string[];
}

/** A dossier as its readers get it. */
export interface DossierSections {
  /** The time of the finding, ISO 8601: a dossier has no other clock. */
  at: string;
  sections: Section[];
  /** What the statements rest on, by id. */
  citations: Citation[];
}
