import type { AgentOutcome, Limit } from '../outcome.js';
import type { Edit, ListedTool, ModelContent, ModelRequest, StopReason, ToolAnswerText, TokenUsage } from '../ports.js';

/** A budget that stands in the way. */
export interface LimitReached {
  kind: 'limit';
  limit: Limit;
  message: string;
}

/** What the model answered, and what that took. */
export interface ModelReply {
  kind: 'reply';
  content: ModelContent[];
  /** `too-long`: the endpoint would not take the request, which cost nothing. */
  stop: StopReason | 'too-long' | null;
  /** Ids of calls whose arguments were no JSON object. */
  malformed: string[];
  usage: TokenUsage;
  /** Set where the endpoint did not count: `usage` and `usd` are the most that it can have been. */
  isEstimate?: true;
  usd: number;
  /** Tries before the one that worked. */
  retries: number;
  /** Of all tries and their waits, milliseconds. */
  durationMs: number;
  requestId?: string;
}

/** What a tool answered. */
export interface ToolReply extends ToolAnswerText {
  kind: 'reply';
  durationMs: number;
}

/** What the edits so far come to, or why they may not. */
export interface Diff {
  patch: string;
  files: readonly string[];
  /** Counted in the patch as it is: one whose secrets were taken out may lack lines. */
  changedLines: number;
  refused?: string;
}

/** What the loop asks of the world. */
export type Question =
  | { kind: 'tools' }
  | { kind: 'model'; turn: number; request: ModelRequest }
  | { kind: 'tool'; turn: number; index: number; name: string; args: Record<string, unknown> }
  | { kind: 'reset' }
  | { kind: 'edit'; edit: Edit }
  | { kind: 'diff' }
  | { kind: 'gates'; patch: string; files: readonly string[] }
  | { kind: 'outgoing'; outcome: AgentOutcome };

/** What the world answers to each kind of question. */
export interface Answers {
  tools: ListedTool[];
  model: ModelReply | LimitReached;
  tool: ToolReply | LimitReached;
  reset: null;
  edit: { ok: boolean; message: string };
  diff: Diff;
  gates: readonly string[];
  /** The outcome without what may not leave the case. */
  outgoing: AgentOutcome;
}

export type AnswerTo<Asked extends Question> = Answers[Asked['kind']];

/** Everything outside of the loop: the loop itself is a function of what it answers. */
export interface World {
  ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>>;
}
