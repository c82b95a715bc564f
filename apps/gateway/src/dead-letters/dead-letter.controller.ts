import { Controller, Inject, Param } from '@nestjs/common';
import type { DeadLetter } from '@headroom/runtime';
import { DeadLetterQueries, type DeadLetterDetails } from './dead-letter.queries.js';
import { Route } from '../http/route.decorator.js';

/** What could not be handled. Ids hold slashes: they arrive percent-encoded. */
@Controller()
export class DeadLetterController {
  readonly #deadLetters: DeadLetterQueries;

  constructor(@Inject(DeadLetterQueries) deadLetters: DeadLetterQueries) {
    this.#deadLetters = deadLetters;
  }

  @Route('listDeadLetters')
  async list(): Promise<{ deadLetters: DeadLetter[] }> {
    return { deadLetters: await this.#deadLetters.list() };
  }

  @Route('getDeadLetter')
  show(@Param('id') id: string): Promise<DeadLetterDetails> {
    return this.#deadLetters.show(id);
  }

  @Route('replayDeadLetter')
  async replay(@Param('id') id: string): Promise<{ id: string }> {
    await this.#deadLetters.replay(id);
    return { id };
  }
}
