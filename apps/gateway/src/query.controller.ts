import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { CaseQueries, type CaseDetails, type Overview } from './case.queries.js';
import { DeadLetterQueries, type DeadLetterSummary } from './dead-letter.queries.js';
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
  async deadLetters(): Promise<{ deadLetters: DeadLetterSummary[] }> {
    return { deadLetters: await this.#deadLetters.list() };
  }

  @Get('dead-letters/:id')
  deadLetter(@Param('id') id: string): Promise<DeadLetterSummary> {
    return this.#deadLetters.show(id);
  }
}
