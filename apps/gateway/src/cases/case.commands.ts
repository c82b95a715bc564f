import { commandOn } from '@headroom/cases';
import { caseCommanded, caseCommandSchema, HeadroomError, timestampSchema } from '@headroom/contracts';
import { childTraceparent, type EventPublisher } from '@headroom/runtime';
import { z } from 'zod';
import type { CaseQueries } from './case.queries.js';

/** What is sent to command a case. */
export const caseCommandRequestSchema = z.strictObject({
  command: caseCommandSchema,
  who: z.string().min(1).max(300).describe('Who asks: a person or a team. Taken as given; the token says who may.'),
  reason: z.string().min(1).max(4000).optional().describe("Why, in the person's words."),
  until: timestampSchema.optional().describe('Of a snooze: when the case goes on by itself.'),
});
export type CaseCommandRequest = z.output<typeof caseCommandRequestSchema>;

export const caseCommandAnswerSchema = z.object({
  id: z.string().describe('Id of the case.commanded event: the same command on the same state is one event.'),
  caseId: z.string(),
  attempt: z.int().describe('The new attempt for a retry; else the one that the command is about.'),
});
/** What became of a command. */
export type CaseCommandAnswer = z.infer<typeof caseCommandAnswerSchema>;

/** Takes what people command about cases. */
export class CaseCommands {
  readonly #queries: CaseQueries;
  readonly #publisher: EventPublisher;

  constructor(queries: CaseQueries, publisher: EventPublisher) {
    this.#queries = queries;
    this.#publisher = publisher;
  }

  /**
   * Publishes a command; when this resolves it is in the log.
   * @throws HeadroomError `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_COMMAND_REFUSED` with the reason and what to do instead
   */
  async give(caseId: string, request: CaseCommandRequest): Promise<CaseCommandAnswer> {
    const view = await this.#queries.view(caseId);
    const decision = commandOn(view, { ...request, nowMs: Date.now() });
    if (decision.outcome === 'refused') {
      const { code: reason, message } = decision;
      throw new HeadroomError(message, { code: 'HEADROOM_COMMAND_REFUSED', details: { reason } });
    }
    const { eventId: id, data } = decision;
    const traceparent = childTraceparent(view.timeline.at(-1)?.traceparent);
    await this.#publisher.publish(caseCommanded, data, { id, ...(traceparent !== undefined && { traceparent }) });
    return { id, caseId, attempt: data.case.attempt };
  }
}
