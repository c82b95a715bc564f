import type { ToolEnvelope, ToolResult } from '@headroom/tools';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** Where the code of a failure is, beside its sentence, for a program. */
const FAILURE_META_KEY = 'headroom/failure';

const failureSchema = z.object({ code: z.string(), retryable: z.boolean() });
const envelopeSchema = z.object({ truncated: z.boolean(), meta: z.looseObject({ source: z.string() }) });

/** How a call ended, in the words of the protocol: structured content, repeated as text; of a failure one sentence. */
export function callResult(answer: ToolResult): CallToolResult {
  if (answer.ok) {
    const { envelope } = answer;
    return { content: [{ type: 'text', text: JSON.stringify(envelope) }], structuredContent: { ...envelope } };
  }
  const { code, message, retryable } = answer;
  return {
    isError: true,
    content: [{ type: 'text', text: message }],
    _meta: { [FAILURE_META_KEY]: { code, retryable } },
  };
}

/** The text of an answer; what is no text is named by its type. */
export function textOf({ content }: Pick<CallToolResult, 'content'>): string {
  return content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
}

/** What another Headroom answered; the inverse of {@link callResult}. */
export function answerOf(result: CallToolResult): ToolResult {
  if (result.isError) {
    const failure = failureSchema.safeParse(result._meta?.[FAILURE_META_KEY]);
    const { code, retryable } = failure.data ?? { code: 'HEADROOM_TOOL_CALL_FAILED', retryable: false };
    return { ok: false, code, message: textOf(result), retryable };
  }
  if (envelopeSchema.safeParse(result.structuredContent).success) {
    return { ok: true, envelope: result.structuredContent as ToolEnvelope };
  }
  const message = 'The server does not answer as a tool-server of Headroom does; is it the address of one?';
  return { ok: false, code: 'HEADROOM_HOST_ANSWER_INVALID', message, retryable: false };
}
