import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { CaseQueries, type CaseDetails, type Overview } from './case.queries.js';
import type { DeadLetter } from '@headroom/runtime';
import { DeadLetterQueries, type DeadLetterDetails } from './dead-letter.queries.js';
import { TokenGuard } from './token.guard.js';

/** What people ask: cases, services, dead letters. */
@Controller('v1')
@UseGuards(TokenGuard)
export class QueryController {
  readonly #cases: CaseQueries;
  readonly #deadLetters: DeadLetterQueries;

  constructor(@Inject(CaseQueries) cases: CaseQueries, @Inject(DeadLetterQueries) deadLetters: DeadLetterQueries) {
    this.#cases = cases;
    this.#deadLetters = deadLetters;
  }

  @Get('cases')
  cases(): Promise<Overview> {
    return this.#cases.overview();
  }

  @Get('cases/:id')
  case(@Param('id') id: string): Promise<CaseDetails> {
    return this.#cases.details(id);
  }

  @Get('dead-letters')
  async deadLetters(): Promise<{ deadLetters: DeadLetter[] }> {
    return { deadLetters: await this.#deadLetters.list() };
  }

  /** The id holds slashes: it arrives percent-encoded. */
  @Get('dead-letters/:id')
  deadLetter(@Param('id') id: string): Promise<DeadLetterDetails> {
    return this.#deadLetters.show(id);
  }
}
