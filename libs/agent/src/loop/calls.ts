import type { Anthropic } from '@anthropic-ai/sdk';
import { canonicalJson } from '@headroom/contracts';
import { redactDeep } from '@headroom/tools';
import { z } from 'zod';
import { IDENTICAL_CALLS_END, IDENTICAL_CALLS_REFUSED, MALFORMED_CALLS, type Budgets } from '../budget/budgets.js';
import type { EvidenceBook } from '../evidence/evidence.book.js';
import type { ModelContent } from '../ports.js';
import { isOwnTool, OWN_SCHEMAS, type Conclusion, type OwnToolName } from '../tools/own.tools.js';
import type { Drafts, DraftReply } from './drafts.js';
import type { RunMemory } from '../context/compaction.js';
import type { LimitReached, ModelReply, World } from './world.js';

/** Characters. */
const LONGEST_RESOURCE = 60_000;

type ToolUseBlock = Extract<ModelContent, { type: 'tool_use' }>;

/** What calls of one turn came to. */
export interface CallsDone {
  results: Anthropic.ToolResultBlockParam[];
  /** New evidence, or an edit that was made. */
  progress: boolean;
  conclusion?: Conclusion;
  ended?: LimitReached | { kind: 'malformed' };
}

/** What {@link ToolCalls} works with. */
export interface ToolCallsParts {
  world: World;
  budgets: Budgets;
  book: EvidenceBook;
  drafts: Drafts;
  /** Names of all tools that are offered. */
  offered: ReadonlySet<string>;
  resources: readonly { path: string; text: string }[];
}

/** What is kept of each call that was answered. */
export type Look = RunMemory['looked'][number];

/** Answers the calls of the model, and counts them where the model cannot reach. */
export class ToolCalls {
  /** Calls that were answered, for a context that must be made shorter. */
  readonly looked: Look[] = [];
  /** Evidence of this run. */
  readonly evidence: string[] = [];
  readonly #parts: ToolCallsParts;
  readonly #fingerprints = new Map<string, number>();
  #made = 0;
  #malformed = 0;

  constructor(parts: ToolCallsParts) {
    this.#parts = parts;
  }

  get made(): number {
    return this.#made;
  }

  /** Answers the calls of one turn in their order; what comes after a conclusion is not looked at. */
  async answer(turn: number, { content, malformed }: ModelReply): Promise<CallsDone> {
    const done: CallsDone = { results: [], progress: false };
    const uses = content.filter((block) => block.type === 'tool_use');
    for (const [index, use] of uses.entries()) {
      const { budgets } = this.#parts;
      if (this.#made >= budgets.toolCalls) {
        const message = `The run may call ${budgets.toolCalls} tools, which it has.`;
        return { ...done, ended: { kind: 'limit', limit: 'tool-calls', message } };
      }
      this.#made++;
      const answer = await this.#one(turn, index, use, malformed, done);
      if (answer) done.results.push(resultOf(use, answer));
      if (this.#malformed > MALFORMED_CALLS) done.ended = { kind: 'malformed' };
      if (done.ended || done.conclusion) return done;
    }
    return done;
  }

  async #one(
    turn: number,
    index: number,
    use: ToolUseBlock,
    malformed: readonly string[],
    done: CallsDone,
  ): Promise<DraftReply | undefined> {
    const { name } = use;
    if (malformed.includes(use.id) || !isRecord(use.input)) {
      return this.#bad(`The arguments of ${name} were no JSON object; send them again, complete.`);
    }
    if (!this.#parts.offered.has(name)) {
      return this.#bad(
        `There is no tool ${JSON.stringify(name.slice(0, 100))}; the tools are ${[...this.#parts.offered].join(', ')}.`,
      );
    }
    const same = this.#countOf(name, use.input);
    if (same >= IDENTICAL_CALLS_END) {
      const message = `The same call of ${name} was made ${same} times.`;
      done.ended = { kind: 'limit', limit: 'identical-calls', message };
      return undefined;
    }
    if (same >= IDENTICAL_CALLS_REFUSED) {
      const text = `This call of ${name} was made ${same - 1} times and has its answer above. Use that, ask for something else, or conclude.`;
      return { ok: false, text };
    }
    if (isOwnTool(name)) return this.#own(name, use.input, done);
    return this.#look(turn, index, name, use.input, done);
  }

  async #look(
    turn: number,
    index: number,
    name: string,
    args: Record<string, unknown>,
    done: CallsDone,
  ): Promise<DraftReply | undefined> {
    const { world, book } = this.#parts;
    const answer = await world.ask({ kind: 'tool', turn, index, name, args });
    if (answer.kind === 'limit') {
      done.ended = answer;
      return undefined;
    }
    const { ok, text, evidence } = answer;
    // Before they are cut: half a secret looks like none.
    const told = JSON.stringify(redactDeep(args));
    this.looked.push({ tool: name, args: told, ...(evidence !== undefined && { evidence }) });
    if (ok && evidence !== undefined && book.add(evidence, text)) {
      done.progress = true;
      this.evidence.push(evidence);
    }
    return { ok, text };
  }

  async #own(name: OwnToolName, input: Record<string, unknown>, done: CallsDone): Promise<DraftReply | undefined> {
    const { drafts, resources } = this.#parts;
    const parsed = OWN_SCHEMAS[name].safeParse(input);
    if (!parsed.success) {
      return this.#bad(
        `${name}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ').slice(0, 1500)}. Mend it and call again.`,
      );
    }
    switch (name) {
      case 'begin_candidate':
        return drafts.begin(OWN_SCHEMAS.begin_candidate.parse(input));
      case 'propose_edit': {
        const reply = await drafts.edit(OWN_SCHEMAS.propose_edit.parse(input));
        if (reply.ok) done.progress = true;
        return reply;
      }
      case 'finish_candidate':
        return drafts.finish();
      case 'read_skill_resource': {
        const { path } = OWN_SCHEMAS.read_skill_resource.parse(input);
        const found = resources.find((each) => each.path === path);
        if (found) return { ok: true, text: wholeOrCut(found.text) };
        return {
          ok: false,
          text: `The skill has no ${path}; it has ${resources.map((each) => each.path).join(', ')}.`,
        };
      }
      case 'conclude':
        return this.#conclude(OWN_SCHEMAS.conclude.parse(input), done);
    }
  }

  #conclude(conclusion: Conclusion, done: CallsDone): DraftReply | undefined {
    const needsPatch = ['patch', 'revert', 'config'].includes(conclusion.outcome);
    if (needsPatch && this.#parts.drafts.finished.length === 0) {
      return this.#bad(`${conclusion.outcome} needs a candidate that is finished: finish one, or abstain.`);
    }
    done.conclusion = conclusion;
    return undefined;
  }

  #bad(text: string): DraftReply {
    this.#malformed++;
    return { ok: false, text };
  }

  #countOf(name: string, input: Record<string, unknown>): number {
    const place = isOwnTool(name) ? this.#parts.drafts.place : '';
    const fingerprint = `${name}\n${place}\n${canonicalJson(redactDeep(input))}`;
    const count = (this.#fingerprints.get(fingerprint) ?? 0) + 1;
    this.#fingerprints.set(fingerprint, count);
    return count;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resultOf({ id }: ToolUseBlock, { ok, text }: DraftReply): Anthropic.ToolResultBlockParam {
  return { type: 'tool_result', tool_use_id: id, content: text, ...(!ok && { is_error: true }) };
}

/** A file of a skill is made to be read whole; one that is too long says so. */
function wholeOrCut(text: string): string {
  if (text.length <= LONGEST_RESOURCE) return text;
  return `${text.slice(0, LONGEST_RESOURCE)}\n[cut off: the file has ${text.length} characters, these are the first ${LONGEST_RESOURCE}]`;
}
