import type { OutgoingCheck } from '../ports.js';
import { PLACEHOLDER } from './case.redactor.js';
import type { CaseShield } from './case.shield.js';
import { pathRefusal } from './confined.files.js';
import { shownText } from './hidden.text.js';
import type { Refusal, SafetyRule } from './refusal.js';

/** What a page would turn into a link, or fetch. */
const ADDRESS = new RegExp(
  [
    String.raw`\b(?:[a-z][a-z0-9+.-]{0,30}:\/\/|javascript:|vbscript:|data:[a-z]+\/|mailto:|tel:)`,
    String.raw`(?:^|[\s("'<[])[\/\\]{2}[\w-]+\.|(?<![\w/.-])www\.\w`,
    String.raw`<(?:a|img|iframe|script|link|form|svg|object|embed|video|audio|style|meta|base|picture|source|input|area|track|frame|math)\b`,
    // Any other element that fetches, leads somewhere or runs something.
    String.raw`<[a-z][^<>]{0,300}\s(?:src|href|srcset|action|formaction|background|poster|style|on[a-z]{3,20})\s{0,8}=`,
    // A page also reads its address through these.
    String.raw`\](?:\([^)\n]{0,300}|:\s{0,8}\S{0,300})(?:&#?\w{1,10};|\\)`,
  ].join('|'),
  'i',
);
const PATH_ARGUMENT = /^(?:path|paths|file|files)$/i;
const NO_SUMMARY = 'The summary was dropped, because it broke a rule for what leaves a case.';
/** Held against the rules for patches. */
const NO_PROSE = new Set(['patch', 'files']);

/** Looks at what a model says before it goes anywhere: to a tool, or into the outcome. */
export class OutgoingGuard implements OutgoingCheck {
  /** All that was refused, in order. */
  readonly refusals: Refusal[] = [];
  readonly #shield: CaseShield;
  readonly #tools: ReadonlySet<string>;

  /** @param options.tools names of the tools that the skill may use */
  constructor({ shield, tools }: { shield: CaseShield; tools: readonly string[] }) {
    this.#shield = shield;
    this.#tools = new Set(tools);
  }

  /** Why a tool is not called with these arguments; undefined when it is. */
  callRefusal(tool: string, args: unknown): Refusal | undefined {
    const refusal = this.#callRefusal(tool, args);
    if (refusal) this.refusals.push(refusal);
    return refusal;
  }

  #callRefusal(tool: string, args: unknown): Refusal | undefined {
    if (!this.#tools.has(tool)) {
      return {
        rule: 'unknown-tool',
        about: tool,
        message: `There is no tool ${JSON.stringify(tool.slice(0, 100))} here.`,
      };
    }
    for (const { name, text } of textsOf(args)) {
      const rule = this.#brokenBy(text);
      if (rule) return { rule, about: tool, message: `The argument ${name} may not be sent (${rule}).` };
      const path = PATH_ARGUMENT.test(name) ? pathRefusal(text) : undefined;
      if (path) return { ...path, about: tool };
    }
    return undefined;
  }

  /**
   * An outcome without what may not leave the case: of each list the entries that break a rule are dropped, a single text is replaced
   * or left out. What was dropped is told with its rule.
   */
  checkedOutcome<Outcome extends { summary: string }>(outcome: Outcome): { outcome: Outcome; dropped: Refusal[] } {
    const dropped: Refusal[] = [];
    const keeps = (name: string, value: unknown): boolean => {
      const rule = this.#proseRule(value);
      if (rule) dropped.push({ rule, about: name, message: `An entry of ${name} broke the rule ${rule}.` });
      return rule === undefined;
    };
    const entries = Object.entries(outcome).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
      if (Array.isArray(value)) return [[name, value.filter((each) => keeps(name, each))]];
      if (keeps(name, value)) return [[name, value]];
      return name === 'summary' ? [[name, NO_SUMMARY]] : [];
    });
    this.refusals.push(...dropped);
    return { outcome: Object.fromEntries(entries) as Outcome, dropped };
  }

  #proseRule(value: unknown): SafetyRule | undefined {
    for (const { name, text } of textsOf(value)) {
      const isProse = !NO_PROSE.has(name);
      const rule = this.#brokenBy(text, !isProse) ?? (isProse && ADDRESS.test(text) ? 'address' : undefined);
      if (rule) return rule;
    }
    return undefined;
  }

  #brokenBy(text: string, isCode = false): SafetyRule | undefined {
    if (text.includes(this.#shield.boundary)) return 'boundary';
    if (text.search(PLACEHOLDER) !== -1 || /\[redacted: /.test(text)) return 'placeholder';
    if (this.#shield.redactor.reveals(text)) return 'secret';
    return !isCode && shownText(text).hidden > 0 ? 'hidden-text' : undefined;
  }
}

/** Every text in a value, and the name under which it stands; names of an object are texts too. */
function textsOf(value: unknown, name = ''): { name: string; text: string }[] {
  if (typeof value === 'string') return [{ name, text: value }];
  if (Array.isArray(value)) return value.flatMap((each) => textsOf(each, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [{ name: 'name', text: key }, ...textsOf(each, key)]);
}
