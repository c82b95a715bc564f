import { bounded, estimateTokens } from '@headroom/figures';
import type { Citation, Quote, Section, SectionName, Statement, Trust } from './dossier.js';

/** What a section may take up, estimated tokens; together below the 25,000 of the whole. */
const BUDGETS: Readonly<Record<SectionName, number>> = {
  symptoms: 2_000,
  'profile-changes': 2_500,
  'root-cause': 3_000,
  code: 6_500,
  'deployed-meanwhile': 2_000,
  owners: 600,
  'similar-cases': 1_500,
  pattern: 2_500,
  'resolved-before': 2_500,
  validation: 900,
};
const LONGEST_STATEMENT = 600;

const TITLES: Readonly<Record<SectionName, string>> = {
  symptoms: 'Symptoms',
  'profile-changes': 'What changed in the profile',
  'root-cause': 'Root cause',
  code: 'Code',
  'deployed-meanwhile': 'Deployed, configured and exposed in the window',
  owners: 'Owners',
  'similar-cases': 'Similar cases',
  pattern: 'The pattern',
  'resolved-before': 'Resolved before',
  validation: 'What a fix has to show',
};

/** One line: nothing that a statement repeats of others can begin a heading or a paragraph of its own. */
export function oneLine(text: string): string {
  return bounded(text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim(), LONGEST_STATEMENT);
}

/** Collects one section within its budget; what does not fit is counted and told. */
export class SectionBuilder {
  readonly #name: SectionName;
  readonly #title: string;
  readonly #statements: Statement[] = [];
  readonly #quotes: Quote[] = [];
  readonly #missing: string[] = [];
  readonly #budget: number;
  #trust: Trust = 'trusted';
  #left: number;
  #leftOut = 0;

  /** @param title @default the usual one of the section */
  constructor(name: SectionName, title = TITLES[name]) {
    this.#name = name;
    this.#title = title;
    this.#budget = BUDGETS[name];
    this.#left = this.#budget;
  }

  /** A sentence of ours about what was found. */
  state(text: string, ...cites: readonly Citation[]): this {
    const statement = { text: oneLine(text), cites: cites.map(({ id }) => id) };
    const cost = estimateTokens(JSON.stringify(statement));
    if (cost > this.#left) this.#leftOut += 1;
    else {
      this.#left -= cost;
      this.#statements.push(statement);
      this.#sees(cites);
    }
    return this;
  }

  /** Shows a text as it was found, as much of it as fits. `totalCharacters`: of the whole, where `text` is its beginning. */
  quote(
    text: string,
    about: { title: string; language?: string; share?: number; totalCharacters?: number },
    ...cites: readonly Citation[]
  ): this {
    const { title, language, share = 1 } = about;
    const room = Math.floor(this.#left * share) - 60;
    const shown = fitting(text, room);
    if (shown === '') {
      this.#missing.push(`${oneLine(title)}: ${text.length} characters did not fit; look them up at their source.`);
      return this;
    }
    const cut = (about.totalCharacters ?? text.length) - shown.length;
    const trust = cites.some((each) => each.trust === 'untrusted') ? 'untrusted' : 'trusted';
    const quote: Quote = {
      title: oneLine(title),
      trust,
      ...(language && { language }),
      text: shown,
      ...(cut > 0 && { cutCharacters: cut }),
      cites: cites.map(({ id }) => id),
    };
    this.#left -= estimateTokens(JSON.stringify(quote));
    this.#quotes.push(quote);
    this.#sees(cites);
    return this;
  }

  /** Says what could not be had. */
  lacks(sentence: string): this {
    this.#missing.push(oneLine(sentence));
    return this;
  }

  #sees(cites: readonly Citation[]): void {
    if (cites.some(({ trust }) => trust === 'untrusted')) this.#trust = 'untrusted';
  }

  get isEmpty(): boolean {
    return this.#statements.length === 0 && this.#quotes.length === 0;
  }

  build(): Section {
    const missing = [...this.#missing];
    if (this.#leftOut > 0) missing.push(`${this.#leftOut} further statements did not fit into this section.`);
    return {
      name: this.#name,
      title: this.#title,
      budgetTokens: this.#budget,
      trust: this.#trust,
      statements: this.#statements,
      quotes: this.#quotes,
      missing,
    };
  }
}

/** The longest beginning of a text, in whole lines, that takes up no more than so many tokens when written as JSON. */
function fitting(text: string, tokens: number): string {
  if (estimateTokens(JSON.stringify(text)) <= tokens) return text;
  const lines = text.split('\n');
  let used = 0;
  let taken = 0;
  for (const line of lines) {
    used += estimateTokens(JSON.stringify(`${line}\n`));
    if (used > tokens) break;
    taken += 1;
  }
  return lines.slice(0, taken).join('\n');
}
