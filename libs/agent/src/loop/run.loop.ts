import { redactDeep } from '@headroom/tools';
import { TURNS_WITHOUT_PROGRESS, type Budgets } from '../budget/budgets.js';
import { requestHead, requestOf, type CaseContext, type RequestHead } from '../context/case.context.js';
import { compacted } from '../context/compaction.js';
import { checkedClaims, quotedOnly } from '../evidence/claims.js';
import { EvidenceBook } from '../evidence/evidence.book.js';
import type { AbstentionReason, AgentOutcome, Candidate, Limit } from '../outcome.js';
import type { Conclusion } from '../tools/own.tools.js';
import { ToolCalls } from './calls.js';
import { Conversation } from './conversation.js';
import { Drafts } from './drafts.js';
import type { ModelReply, World } from './world.js';

/** All that the loop begins with; with what the world answers it makes the outcome. */
export interface RunPlan {
  context: CaseContext;
  /** Ids of the dossier that may be cited. */
  evidence: readonly string[];
  budgets: Budgets;
}

/** What a run came to, and how far it went. */
export interface RunEnd {
  outcome: AgentOutcome;
  turns: number;
  toolCalls: number;
}

const REMINDER =
  'You ended without conclude, so nothing was decided. Go on with the tools, or call conclude now; abstain if no change is safe.';
const CUT_OFF =
  'Your answer was cut off at its longest length and was not used. Answer again with one call of a tool, and with less text: one small edit at a time.';

/** The loop over the model: a function of its plan and of what the world answers. */
export async function runLoop(plan: RunPlan, world: World): Promise<RunEnd> {
  const tools = await world.ask({ kind: 'tools' });
  const loop = new RunLoop(plan, world, requestHead(plan.context, tools), new Set(tools.map(({ name }) => name)));
  return loop.run();
}

class RunLoop {
  readonly #plan: RunPlan;
  readonly #world: World;
  readonly #head: RequestHead;
  readonly #conversation = new Conversation();
  readonly #book = new EvidenceBook();
  readonly #drafts: Drafts;
  readonly #calls: ToolCalls;
  #turn = 0;
  #lastProgress = 0;
  #reminded = false;
  #wasCutOff = false;
  #justCompacted = false;

  constructor(plan: RunPlan, world: World, head: RequestHead, offered: ReadonlySet<string>) {
    const { context, evidence, budgets } = plan;
    this.#plan = plan;
    this.#world = world;
    this.#head = head;
    this.#book.background(context.dossier);
    this.#book.addAll(evidence, context.dossier);
    this.#drafts = new Drafts(world);
    const { resources } = context.skill;
    this.#calls = new ToolCalls({ world, budgets, book: this.#book, drafts: this.#drafts, offered, resources });
  }

  async run(): Promise<RunEnd> {
    const { budgets } = this.#plan;
    for (;;) {
      if (this.#turn >= budgets.turns) {
        return this.#stopped('turns', `The run may call the model ${budgets.turns} times, which it has.`);
      }
      if (this.#turn - this.#lastProgress >= TURNS_WITHOUT_PROGRESS) {
        const message = `${TURNS_WITHOUT_PROGRESS} turns brought no new evidence and no edit.`;
        return this.#stopped('no-progress', message);
      }
      this.#turn++;
      const request = requestOf(this.#head, this.#conversation.turns);
      const reply = await this.#world.ask({ kind: 'model', turn: this.#turn, request });
      if (reply.kind === 'limit') return this.#stopped(reply.limit, reply.message);
      const end = await this.#take(reply);
      if (end) return end;
    }
  }

  /** Goes on from what the model answered; yields the end where that was one. */
  async #take(reply: ModelReply): Promise<RunEnd | undefined> {
    const { stop, content } = reply;
    if (stop === 'refusal') return this.#abstained('refused', 'The model refused to work on the case.');
    if (stop === 'max_tokens') return this.#cutOff();
    if (stop === 'model_context_window_exceeded' || stop === 'too-long') return this.#tooLong();
    this.#wasCutOff = false;
    this.#justCompacted = false;
    this.#conversation.said(content);
    if (content.some(({ type }) => type === 'tool_use')) return this.#called(reply);
    if (stop === 'pause_turn') return undefined;
    if (this.#reminded) {
      return this.#abstained('no-conclusion', 'The model ended without a conclusion, also after it was asked for one.');
    }
    this.#reminded = true;
    this.#conversation.told(REMINDER);
    return undefined;
  }

  async #called(reply: ModelReply): Promise<RunEnd | undefined> {
    const { results, progress, conclusion, ended } = await this.#calls.answer(this.#turn, reply);
    if (progress) this.#lastProgress = this.#turn;
    if (conclusion) return this.#concluded(conclusion);
    if (ended?.kind === 'limit') return this.#stopped(ended.limit, ended.message);
    if (ended) return this.#abstained('no-conclusion', 'The model went on calling tools with arguments that are none.');
    this.#conversation.answered(results);
    return undefined;
  }

  /** What was cut off is no answer: neither its calls nor its words are used. */
  async #cutOff(): Promise<RunEnd | undefined> {
    if (this.#wasCutOff) {
      return this.#abstained(
        'no-conclusion',
        'The answers of the model were longer than agent.maxTokens, also after it was asked for less.',
      );
    }
    this.#wasCutOff = true;
    this.#conversation.told(CUT_OFF);
    return undefined;
  }

  async #tooLong(): Promise<RunEnd | undefined> {
    if (this.#justCompacted || this.#conversation.turns.length === 0) {
      return this.#abstained('no-conclusion', 'The case does not fit in the context of the model.');
    }
    this.#justCompacted = true;
    const drafting = await this.#drafts.drafting();
    this.#conversation.replaceBy(
      compacted({
        looked: this.#calls.looked,
        candidates: this.#drafts.finished,
        ...(drafting && { drafting }),
        turnsLeft: this.#plan.budgets.turns - this.#turn,
      }),
    );
    return undefined;
  }

  /** Secrets are taken out before anything is checked: what is played again from a transcript has none, and must come to the same. */
  async #concluded(said: Conclusion): Promise<RunEnd> {
    const conclusion = redactDeep(said);
    const { outcome, reason } = conclusion;
    const changes = outcome === 'patch' || outcome === 'revert' || outcome === 'config';
    const candidates = changes ? this.#drafts.ranked().map((each) => this.#quoted(each)) : [];
    const patches = candidates.map(({ patch }) => redactDeep(patch));
    const claims = checkedClaims(conclusion, this.#book, patches);
    const end = await this.#end({
      outcome,
      ...(reason && { reason }),
      summary: claims.summary,
      facts: [...claims.facts],
      hypotheses: [...claims.hypotheses],
      alternatives: [...claims.alternatives],
      candidates,
      ...(claims.note !== undefined && { note: claims.note }),
    });
    if (!changes || end.outcome.candidates.length > 0) return end;
    return this.#abstained('no-safe-fix', 'What was drafted may not leave the case.');
  }

  #quoted(candidate: Candidate): Candidate {
    const quote = (text: string): string => quotedOnly(redactDeep(text), this.#book, [redactDeep(candidate.patch)]);
    return { ...candidate, title: quote(candidate.title).slice(0, 200), idea: quote(candidate.idea).slice(0, 600) };
  }

  #stopped(limit: Limit, message: string): Promise<RunEnd> {
    return this.#abstained('budget', message, limit);
  }

  /** An end without a conclusion: what was found until then is kept, and nothing of it is called a result. */
  #abstained(reason: AbstentionReason, message: string, limit?: Limit): Promise<RunEnd> {
    const candidates = this.#drafts.ranked().map((each) => this.#quoted(each));
    const partial = `Until then ${this.#calls.evidence.length} pieces of evidence were looked up and ${candidates.length} candidates drafted.`;
    return this.#end({
      outcome: 'abstain',
      reason,
      ...(limit && { limit }),
      summary: `${message} ${partial}`.slice(0, 600),
      facts: [],
      hypotheses: [],
      alternatives: [],
      candidates,
    });
  }

  async #end(found: Omit<AgentOutcome, 'evidence'>): Promise<RunEnd> {
    const outcome = { ...found, evidence: [...this.#calls.evidence] };
    return {
      outcome: await this.#world.ask({ kind: 'outgoing', outcome }),
      turns: this.#turn,
      toolCalls: this.#calls.made,
    };
  }
}
