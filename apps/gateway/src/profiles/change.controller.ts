import type { Change } from '@headroom/contracts';
import type { ChangeIndex } from '@headroom/indexes';
import { Controller, Inject, Param, Query } from '@nestjs/common';
import { changesQuerySchema, type ChangesQuery } from '../http/query.schemas.js';
import { Route } from '../http/route.decorator.js';
import { CHANGES } from '../tokens.js';

/** Earlier and later than anything that is kept. */
const EVER = { from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' };

/** What reached services: publishers learn the commit of a profile from it. */
@Controller()
export class ChangeController {
  readonly #changes: ChangeIndex;

  constructor(@Inject(CHANGES) changes: ChangeIndex) {
    this.#changes = changes;
  }

  @Route('listChanges')
  async list(
    @Param('service') service: string,
    @Query({ schema: changesQuerySchema }) { from, to }: ChangesQuery,
  ): Promise<{ changes: Change[] }> {
    return { changes: await this.#changes.changes(service, { from: from ?? EVER.from, to: to ?? EVER.to }) };
  }
}
