import { languageNameOf } from '@headroom/source';
import type { Skill, SkillPredicate } from '../skill/skill.js';
import type { MatchInput } from './match.input.js';

/** Keys of predicates that are evaluated, with the values that they take where those are fixed. */
export const PREDICATE_KEYS: Readonly<Record<string, readonly string[] | undefined>> = {
  lang: ['typescript', 'javascript', 'python', 'go', 'java'],
  type: ['cpu', 'memory', 'latency'],
  frame: undefined,
  cause: ['commit', 'config', 'experiment', 'dependency', 'none'],
  change: [
    'adds-allocation',
    'adds-call',
    'adds-field',
    'adds-log-call',
    'adds-loop',
    'adds-metric',
    'adds-query',
    'adds-regex',
    'adds-retry',
    'adds-serialisation',
    'bumps-dependency',
    'changes-config',
    'changes-schema',
    'raises-exposure',
  ],
  codebase: undefined,
  shift: ['flat'],
  growth: ['large'],
  rule: undefined,
};

/**
 * How much a met key says about a case, for the order of skills: a skill that names what the change did knows more of it than one that
 * names a language. Keys of the organisation's own count 3.
 */
const WEIGHTS: Readonly<Record<string, number>> = {
  rule: 8,
  frame: 5,
  change: 5,
  codebase: 4,
  cause: 3,
  shift: 3,
  growth: 2,
  type: 1,
  lang: 1,
};
const OTHER_WEIGHT = 3;
/** What each further met value of a key adds to it, up to three of them. */
const FURTHER = 0.2;
/** A condition that excludes says less than one that recognises. */
const NEGATED = 0.1;

/** How a skill's conditions stand with a case. */
export type PredicateOutcome =
  | { readonly met: true; /** Higher is more specific; 0 without conditions. */ readonly specificity: number }
  | { readonly met: false; /** One sentence. */ readonly message: string };

/** Evaluates the conditions of a skill; `rule:` comes last, because it reads code. */
export function evaluatePredicates(skill: Skill, input: MatchInput): PredicateOutcome {
  let specificity = 0;
  for (const { key, negated, wanted } of conditionsOf(skill.appliesTo)) {
    const found = metValues(key, wanted, skill, input);
    if (found.length > 0 === negated) return { met: false, message: mismatchOf(key, negated, wanted, found, input) };
    specificity += negated ? NEGATED : weightOf(key, wanted, found.length);
  }
  // Rounded: the same weights in another order must not differ.
  return { met: true, specificity: Math.round(specificity * 1000) };
}

interface Condition {
  readonly key: string;
  readonly negated: boolean;
  readonly wanted: readonly string[];
}

function conditionsOf(predicates: readonly SkillPredicate[]): Condition[] {
  const grouped = new Map<string, { key: string; negated: boolean; wanted: string[] }>();
  for (const { key, value, negated = false } of predicates) {
    const id = `${negated}${key}`;
    const condition = grouped.get(id) ?? { key, negated, wanted: [] };
    condition.wanted.push(value);
    grouped.set(id, condition);
  }
  return [...grouped.values()].sort((a, b) => Number(a.key === 'rule') - Number(b.key === 'rule'));
}

function weightOf(key: string, wanted: readonly string[], met: number): number {
  const weight = WEIGHTS[key] ?? OTHER_WEIGHT;
  // A skill for one language knows it better than a skill for five.
  if (key === 'lang' || key === 'type') return weight / wanted.length;
  return weight * (1 + FURTHER * Math.min(met - 1, 3));
}

/** The wanted values that hold. */
function metValues(key: string, wanted: readonly string[], skill: Skill, input: MatchInput): string[] {
  if (key === 'rule') return wanted.filter((id) => ruleMatches(id, skill, input));
  if (key === 'frame') return wanted.filter((glob) => (input.frames ?? []).some((id) => frameMatches(glob, id)));
  const values = valuesOf(key, input);
  return wanted.filter((glob) => values.some((value) => globMatches(glob, value)));
}

function ruleMatches(id: string, skill: Skill, { ruleMatches: matches }: MatchInput): boolean {
  const rule = skill.rules.find((one) => one.id === id);
  return rule !== undefined && matches !== undefined && matches(skill, rule);
}

/** A glob names a function, a file, or both: `JSON.stringify`, `*pino*`, `src/log.ts:write`. */
function frameMatches(glob: string, id: string): boolean {
  const colon = id.lastIndexOf(':');
  const [path, symbol] = [id.slice(0, Math.max(colon, 0)), id.slice(colon + 1)];
  return [symbol, path, id].some((name) => globMatches(glob, name));
}

/** `*` stands for any characters, `/` among them; all else stands for itself. */
function globMatches(glob: string, text: string): boolean {
  if (!glob.includes('*')) return glob === text;
  const parts = glob.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function valuesOf(key: string, input: MatchInput): readonly string[] {
  if (key === 'type') return [input.type ?? 'cpu'];
  if (key !== 'lang') return input.facts?.[key] ?? [];
  const language = languageNameOf(input.path);
  return language === undefined ? [] : [language];
}

function mismatchOf(
  key: string,
  negated: boolean,
  wanted: readonly string[],
  found: readonly string[],
  input: MatchInput,
): string {
  if (negated) return `It does not apply to ${key} ${found.join(' and ')}.`;
  const list = wanted.join(' or ');
  if (key === 'rule') {
    return input.ruleMatches
      ? `Its rule ${list} matches nothing in the functions of the finding.`
      : `It applies where its rule ${list} matches; here the code was not looked at.`;
  }
  if (key === 'frame') return `It applies to frames such as ${list}; here no frame has such a name.`;
  const values = valuesOf(key, input);
  const here = values.length === 0 ? 'nothing is known about it' : `it is ${values.join(', ')}`;
  return `It applies to ${key} ${list}; here ${here}.`;
}
