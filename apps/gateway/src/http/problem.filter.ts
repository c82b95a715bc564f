import { STATUS_CODES, type ServerResponse } from 'node:http';
import { Catch, HttpException, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HeadroomError } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { problemStatus } from './problem.codes.js';

/** Writes a problem document (RFC 9457). */
export function answerProblem(
  response: ServerResponse,
  problem: { code: string; detail: string; status?: number } & Record<string, unknown>,
): void {
  const status = problem.status ?? problemStatus(problem.code, false);
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify({ title: STATUS_CODES[status] ?? 'Error', ...problem, status }));
}

/** Answers every failure as a problem document: a sentence and a stable code, never a stack trace. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (response.headersSent) {
      // A stream that had begun: ending it makes its reader connect again.
      this.#logger.warn({ err: error }, 'answer broken off');
      response.end();
      return;
    }
    answerProblem(response, this.#problemOf(error));
  }

  #problemOf(error: unknown): Parameters<typeof answerProblem>[1] {
    if (error instanceof HeadroomError) {
      const { code, retryable, details } = error;
      const { issues, reason } = details;
      return { status: problemStatus(code, retryable), code, detail: error.message, issues, reason };
    }
    if (error instanceof NotFoundException) {
      return { code: 'HEADROOM_ROUTE_NOT_FOUND', detail: `${error.message}. GET /v1/openapi.json names every route.` };
    }
    if (error instanceof HttpException && error.getStatus() === 413) {
      const detail =
        'The body is above the limit of this route. Send several smaller requests, and large payloads as blobs.';
      return { code: 'HEADROOM_BODY_TOO_LARGE', detail };
    }
    if (error instanceof HttpException) return problemOfNest(error);
    this.#logger.error({ err: error }, 'request failed');
    return { code: 'HEADROOM_UNEXPECTED', detail: 'The request failed; the log of the gateway says why.' };
  }
}

function problemOfNest(error: HttpException): Parameters<typeof answerProblem>[1] {
  const status = error.getStatus();
  const code = status === 415 ? 'HEADROOM_MEDIA_TYPE_UNSUPPORTED' : 'HEADROOM_REQUEST_INVALID';
  return { status, code, detail: error.message };
}
