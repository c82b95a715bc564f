import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { eventsOfRequest, traceOfRequest } from './event.body.js';
import { Intake, type IntakeResult } from './intake.service.js';
import { answerProblem } from '../http/problem.filter.js';
import { bodyOf } from '../http/request.body.js';
import { Route } from '../http/route.decorator.js';

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** Nothing was taken: a problem document, for a batch with the reasons of each event. */
function answerRefused(response: ServerResponse, result: IntakeResult, isBatch: boolean): void {
  const [first] = result.refused;
  if (!first) return;
  if (isBatch) {
    const detail = `None of the ${result.refused.length} events was taken; "refused" says why.`;
    answerProblem(response, { status: 400, code: first.code, detail, ...result });
    return;
  }
  const { code, issues, id } = first;
  const detail = issues.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  answerProblem(response, { code, detail, issues, ...(id !== undefined && { id }) });
}

/** Events from outside. */
@Controller()
export class EventController {
  readonly #intake: Intake;

  constructor(@Inject(Intake) intake: Intake) {
    this.#intake = intake;
  }

  /** 202 when all were taken, 207 when some of a batch were refused, a problem document when none was taken. */
  @Route('publishEvents')
  async publish(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const { mode, values } = eventsOfRequest(request.headers, bodyOf(request));
    const result = await this.#intake.take(values, traceOfRequest(request.headers));
    if (result.refused.length === 0) answerJson(response, 202, result);
    else if (result.accepted.length > 0) answerJson(response, 207, result);
    else answerRefused(response, result, mode === 'batch');
  }
}
