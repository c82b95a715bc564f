import type { Alternative, Candidate, Fact, Hypothesis } from '../outcome.js';
import { numberWords, type EvidenceBook } from './evidence.book.js';

/** Stands where a number was that no record holds. */
export const MASK = '[number]';
/** A claim that lost its evidence is not believed much. */
const CONFIDENCE = 0.2;
const LONGEST = 600;
const LONGEST_NOTE = 8000;

/** The words of a conclusion. */
export interface Claims {
  summary: string;
  facts: readonly Fact[];
  hypotheses: readonly Hypothesis[];
  alternatives: readonly Alternative[];
  note?: string | undefined;
}

/** A text in which each number that no record of the case holds is masked; `also` = further texts that count as records. */
export function quotedOnly(text: string, book: EvidenceBook, also: readonly string[] = []): string {
  const unquoted = new Set(book.unquoted(text, also));
  if (unquoted.size === 0) return text;
  return book.outsidePlaces(text, (part) => maskedWords(part, unquoted));
}

function maskedWords(text: string, masked: ReadonlySet<string>): string {
  let done = '';
  let rest = text;
  for (const word of numberWords(text)) {
    const at = rest.indexOf(word);
    done += rest.slice(0, at) + (masked.has(word) ? MASK : word);
    rest = rest.slice(at + word.length);
  }
  return done + rest;
}

/**
 * Keeps as facts what cites evidence of the case and quotes its numbers from it. Any other fact becomes a hypothesis that says what it
 * lacks, and a number that no record holds is masked wherever it stands.
 */
export function checkedClaims(claims: Claims, book: EvidenceBook, candidates: readonly Candidate[]): Claims {
  const patches = candidates.map(({ patch }) => patch);
  const quote = (text: string): string => quotedOnly(text, book, patches).slice(0, LONGEST);
  const facts: Fact[] = [];
  const demoted: Hypothesis[] = [];
  for (const fact of claims.facts) {
    const cited = fact.evidence.map((id) => book.resolve(id));
    const missing = fact.evidence.filter((_, index) => cited[index]!.length === 0);
    const unquoted = book.unquotedFrom(cited.flat(), fact.text);
    if (missing.length === 0 && unquoted.length === 0) {
      facts.push(fact);
      continue;
    }
    const lack =
      missing.length > 0 ? 'it cites what was not seen in this case' : 'a number of it is not in what it cites';
    demoted.push({
      text: quote(fact.text),
      confidence: CONFIDENCE,
      refutedBy: `Stated as a fact, but ${lack}: look it up before relying on it.`,
    });
  }
  return {
    summary: quote(claims.summary),
    facts,
    hypotheses: [
      ...claims.hypotheses.map((each) => ({ ...each, text: quote(each.text), refutedBy: quote(each.refutedBy) })),
      ...demoted,
    ],
    alternatives: claims.alternatives.map(({ action, ...words }) => ({
      action,
      text: quote(words.text),
      cost: quote(words.cost),
      risk: quote(words.risk),
      saving: quote(words.saving),
    })),
    ...(claims.note !== undefined && { note: quotedOnly(claims.note, book, patches).slice(0, LONGEST_NOTE) }),
  };
}
