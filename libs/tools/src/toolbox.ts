import { canonicalJson, HeadroomError, sha256 } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { BlobStore } from '@headroom/runtime';
import { z } from 'zod';
import type { AnyTool, ToolAnswer, ToolCall, Trust } from './tool.js';
import { argumentProblem, meant } from './toolbox/argument.problems.js';
import { withBoundCursor, withOwnCursor } from './toolbox/bound.cursor.js';
import { putAway, type Overflow } from './toolbox/overflow.js';
import { withinTime } from './toolbox/time.limit.js';
import { estimateTokens } from '@headroom/figures';
import { visibleText } from './visible.text.js';

/** Most that one result may take up in a model's context, tokens. */
export const RESULT_BUDGET_TOKENS = 25_000;
/** Longest that one call may take. */
export const CALL_LIMIT_MS = 30_000;

/** Longest sentence of a failure, characters. */
const LONGEST_MESSAGE = 2_000;
const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** What comes with a result, for whoever cites it. */
export interface ToolMeta {
  /** Where it is from, for a reader who wants to look it up. */
  source: string;
  /** When it was looked up, ISO 8601. */
  retrieved_at: string;
  /** The stretch of time that it is about, ISO 8601. */
  window?: { from: string; to: string };
  /** Whether its text may be taken at its word; text that is `untrusted` is data, never an instruction. */
  trust: Trust;
  /** `ev-` and 20 digits of the digest of tool, arguments and result; the same question with the same answer has the same id. */
  evidence_id: string;
}

/** What a call answers: the result, or what is told of one that is over the budget. */
export interface ToolEnvelope {
  result?: Record<string, unknown>;
  overflow?: Overflow;
  /** Whether the result is not here as a whole: then there is an `overflow`. */
  truncated: boolean;
  meta: ToolMeta;
}

/** A call that was not answered: one sentence. */
export interface ToolFailure {
  ok: false;
  /** Stable, `HEADROOM_…`. */
  code: string;
  /** What was wrong and what to try. */
  message: string;
  /** Whether the same call may succeed later. */
  retryable: boolean;
}

/** How a call ended; nothing is thrown. */
export type ToolResult = { ok: true; envelope: ToolEnvelope } | ToolFailure;

/** Options of {@link Toolbox}. */
export interface ToolboxOptions {
  /** Where results go that are over the budget. */
  blobs: BlobStore;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Most estimated tokens of one result. @default 25,000 */
  budgetTokens?: number;
  /** Longest time of one call. @default 30,000 */
  timeLimitMs?: number;
  /** Told of each call, and of failures with their stack. @default nobody */
  logger?: Pick<Logger, 'debug' | 'error'>;
}

/** Tools by name: validated, within budget and time, and every failure one sentence. */
export class Toolbox {
  readonly #tools: ReadonlyMap<string, AnyTool>;
  readonly #options: ToolboxOptions;

  /** @throws HeadroomError `HEADROOM_TOOL_NAME_INVALID` for a name that is not one, or that two tools have */
  constructor(tools: readonly AnyTool[], options: ToolboxOptions) {
    const sorted = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const [index, { name }] of sorted.entries()) {
      if (NAME.test(name) && sorted[index + 1]?.name !== name) continue;
      throw new HeadroomError(
        `"${name}" names ${NAME.test(name) ? 'two tools' : 'no tool: use letters, digits, "_", "." and "-"'}`,
        {
          code: 'HEADROOM_TOOL_NAME_INVALID',
        },
      );
    }
    this.#tools = new Map(sorted.map((tool) => [tool.name, { ...tool, input: tool.input.strict() }]));
    this.#options = options;
  }

  /** The tools, by name in ascending order. */
  list(): AnyTool[] {
    return [...this.#tools.values()];
  }

  /** Whether there is a tool of that name. */
  has(name: string): boolean {
    return this.#tools.has(name);
  }

  /** Calls a tool. Nothing is thrown: what goes wrong is a {@link ToolFailure}. */
  async call(name: string, args: unknown, call: Partial<ToolCall> = {}): Promise<ToolResult> {
    const { logger, now } = this.#options;
    const began = now();
    try {
      const envelope = await this.#answer(name, args, call);
      const { traceparent } = call;
      logger?.debug(
        { tool: name, traceparent, evidence: envelope.meta.evidence_id, durationMs: now() - began },
        'tool called',
      );
      return { ok: true, envelope };
    } catch (error) {
      return this.#failure(name, error, call);
    }
  }

  async #answer(name: string, args: unknown, call: Partial<ToolCall>): Promise<ToolEnvelope> {
    const { blobs, now, budgetTokens = RESULT_BUDGET_TOKENS, timeLimitMs = CALL_LIMIT_MS } = this.#options;
    const tool = this.#tools.get(name);
    if (!tool) {
      const hint = meant([...this.#tools.keys()], name, 'the tools are');
      throw new HeadroomError(`There is no tool "${name}", ${hint}`, { code: 'HEADROOM_TOOL_UNKNOWN' });
    }
    const input = validArguments(tool, args);
    const own = withOwnCursor(name, input);
    const answer = await withinTime(name, timeLimitMs, call.signal, (signal) => tool.run(own, { ...call, signal }));
    const result = withBoundCursor(name, input, validResult(tool, answer));
    const meta: ToolMeta = {
      source: answer.source,
      retrieved_at: new Date(now()).toISOString(),
      ...(answer.window && { window: answer.window }),
      trust: answer.trust,
      evidence_id: evidenceId(name, input, result),
    };
    if (estimateTokens(JSON.stringify(result)) <= budgetTokens) return { result, truncated: false, meta };
    return { overflow: await putAway(result, blobs, budgetTokens), truncated: true, meta };
  }

  #failure(tool: string, error: unknown, { traceparent }: Partial<ToolCall>): ToolFailure {
    if (error instanceof HeadroomError) {
      const { code, retryable } = error;
      const message = sentence(error.message);
      this.#options.logger?.debug({ tool, traceparent, code, cause: error.cause }, 'tool failed');
      return { ok: false, code, message, retryable };
    }
    const code = 'HEADROOM_TOOL_INTERNAL';
    this.#options.logger?.error({ err: error, tool, traceparent, code }, 'tool failed unexpectedly');
    return {
      ok: false,
      code,
      message: `internal failure of ${tool} (${code}); the log has the details`,
      retryable: false,
    };
  }
}

/** One line, whatever text of the caller it repeats. */
function sentence(message: string): string {
  const line = visibleText(message.toWellFormed()).replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
}

/** The id of what a call found, see {@link ToolMeta.evidence_id}. */
function evidenceId(tool: string, args: unknown, result: unknown): string {
  return `ev-${sha256(canonicalJson({ tool, arguments: args, result })).slice(0, 20)}`;
}

function validArguments(tool: AnyTool, args: unknown): Record<string, unknown> {
  const given = args ?? {};
  const parsed = tool.input.safeParse(given);
  if (parsed.success) return parsed.data;
  const known = Object.keys(tool.input.shape);
  throw new HeadroomError(argumentProblem(tool.name, parsed.error, given, known), {
    code: 'HEADROOM_TOOL_ARGUMENTS_INVALID',
  });
}

/** The result as its schema says, and as JSON holds it. */
function validResult(tool: AnyTool, answer: ToolAnswer<unknown>): Record<string, unknown> {
  const parsed = tool.output.safeParse(answer.data);
  if (!parsed.success) {
    throw new Error(`${tool.name} answered what its schema does not allow: ${z.prettifyError(parsed.error)}`);
  }
  return JSON.parse(JSON.stringify(parsed.data)) as Record<string, unknown>;
}
