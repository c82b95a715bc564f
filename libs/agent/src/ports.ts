import type { Anthropic } from '@anthropic-ai/sdk';
import type { AgentOutcome } from './outcome.js';

/** A tool as the model is told of it. */
export interface ListedTool {
  name: string;
  description: string;
  /** JSON Schema 2020-12 of an object. */
  inputSchema: Record<string, unknown>;
}

/** What a tool answered: text, and how it may be cited. */
export interface ToolAnswerText {
  ok: boolean;
  /** For the model; of a failure one sentence. */
  text: string;
  /** Cites the answer; absent of a failure. */
  evidence?: string;
  /** Where it is from. */
  source?: string;
}

/** The read-only tools that a skill may name. */
export interface ToolClient {
  list(signal: AbortSignal): Promise<ListedTool[]>;
  /**
   * Calls a tool. What goes wrong in the tool is an answer with `ok: false`.
   * @throws HeadroomError `HEADROOM_AGENT_TOOLS_AWAY` (retryable) where no server answers
   */
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolAnswerText>;
}

/** One place of a file and what is to stand there. */
export interface Edit {
  /** Path in the repository. */
  path: string;
  /** Text that stands in the file exactly once. */
  search: string;
  replace: string;
}

/** A checkout that only these edits change. */
export interface PatchWorkspace {
  /** Back to the base: all edits are gone. */
  reset(): Promise<void>;
  /** Makes one edit; what cannot be done is told in one sentence that says what to try. */
  edit(edit: Edit): Promise<{ ok: boolean; message: string }>;
  /**
   * Unified diff of all edits since the reset; empty without any.
   * @throws HeadroomError `HEADROOM_CANDIDATE_REFUSED` when it breaks a rule: it is told to the model
   */
  diff(): Promise<string>;
}

/** A cheap check of a drafted change (scope, syntax, format, types); what is wrong, one sentence each. */
export type CandidateGate = (candidate: {
  patch: string;
  files: readonly string[];
  signal: AbortSignal;
}) => Promise<readonly string[]>;

/** Time as the loop knows it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What a request to the model consists of; the rest is the same for a whole run. */
export type ModelRequest = Anthropic.MessageCreateParamsNonStreaming;
export type ModelContent = Anthropic.ContentBlock;
export type StopReason = Anthropic.StopReason;

/** Tokens of one call or of many. */
export interface TokenUsage {
  /** Neither read from the cache nor written to it. */
  input: number;
  output: number;
  cacheWrite: number;
  cacheRead: number;
}

/** Text of outsiders on its way to the model: secrets and hidden characters taken out, and marked as data. */
export interface TextShield {
  /** What the model has to know of marked texts; the same for a whole case, byte for byte. */
  readonly notice: string;
  wrapped(text: { source: string; text: string }): string;
  /** Without secrets and hidden characters, not marked. */
  cleaned(text: string): string;
}

/** Looks at what a model says before it goes anywhere. */
export interface OutgoingCheck {
  /** Why a tool of the server is not called with these arguments; undefined when it is. */
  callRefusal(tool: string, args: unknown): { message: string } | undefined;
  /** An outcome without what may not leave the case. */
  checkedOutcome(outcome: AgentOutcome): { outcome: AgentOutcome };
}
