import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HeadroomError } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { ServerResponse } from 'node:http';

const STATUS: Partial<Record<string, number>> = {
  HEADROOM_UNAUTHORIZED: 401,
  HEADROOM_CASE_NOT_FOUND: 404,
  HEADROOM_DEAD_LETTER_NOT_FOUND: 404,
  HEADROOM_BLOB_MISSING: 404,
  HEADROOM_MEDIA_TYPE_UNSUPPORTED: 415,
};

function statusOf(error: HeadroomError): number {
  return STATUS[error.code] ?? (error.retryable ? 503 : 400);
}

/** Answers every failure as a problem document (RFC 9457): a sentence and a stable code, never a stack trace. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (error instanceof HeadroomError) {
      this.#answer(response, statusOf(error), error.message, error.code);
    } else if (error instanceof HttpException) {
      this.#answer(response, error.getStatus(), error.message, 'HEADROOM_REQUEST_INVALID', error.getResponse());
    } else if (isBodyParserError(error)) {
      this.#answer(response, error.status, error.message, 'HEADROOM_BODY_INVALID');
    } else {
      this.#logger.error({ err: error }, 'request failed');
      this.#answer(response, 500, 'The request failed; the log of the host says why.', 'HEADROOM_UNEXPECTED');
    }
  }

  #answer(response: ServerResponse, status: number, detail: string, code: string, more?: unknown): void {
    const info = typeof more === 'object' && more !== null && 'details' in more ? { checks: more.details } : {};
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ status, code, detail, ...info }));
  }
}

function isBodyParserError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && 'type' in error;
}
