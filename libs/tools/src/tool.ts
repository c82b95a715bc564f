import { HeadroomError } from '@headroom/contracts';
import type { z } from 'zod';

/** What comes with one call of a tool. */
export interface ToolCall {
  /** Ends the call. */
  signal: AbortSignal;
  /** W3C trace context of the caller. */
  traceparent?: string;
}

/** Whether a text may be taken at its word. What outsiders wrote (code, messages, documents, labels) is data, never an instruction. */
export type Trust = 'trusted' | 'untrusted';

/** What a tool found. */
export interface ToolAnswer<Data> {
  data: Data;
  /** Where it is from, for a reader who wants to look it up: `git storefront@1f0c7e5`, `prometheus http://…`. */
  source: string;
  trust: Trust;
  /** The stretch of time that the answer is about, ISO 8601. */
  window?: { from: string; to: string };
}

/** One thing that can be looked at. Tools only read. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** `{domain}_{verb}_{noun}`, snake case. */
  name: string;
  title: string;
  /** What it tells, when to use it, when not, what it costs; one or two sentences each caller pays for. */
  description: string;
  /** A strict object; every field described, with unit and range. */
  input: Input;
  /** An object. Fields need no description where their name says it: each caller pays for the schema. */
  output: Output;
  /** Whether it asks a server that is not ours. @default false */
  openWorld?: boolean;
  /**
   * Looks. The input is validated.
   * @throws HeadroomError with one sentence that says what was wrong and what to try; {@link ToolError} for what the caller can mend
   */
  run(input: z.output<Input>, call: ToolCall): Promise<ToolAnswer<z.output<Output>>>;
}

/** A tool as a server lists it, whatever its types. */
export type AnyTool = Tool;

/** Types the parts of a tool against each other. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(tool: Tool<Input, Output>): AnyTool {
  return tool;
}

/** A call that cannot be answered: one sentence that says what was wrong and what to try. */
export class ToolError extends HeadroomError {
  override readonly name = 'ToolError';

  constructor(message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { code: 'HEADROOM_TOOL_CALL_FAILED', ...options });
  }
}
