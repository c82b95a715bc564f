import { Controller, Inject, Param, Query } from '@nestjs/common';
import { opportunityListQuerySchema, type OpportunityListQuery } from '../http/query.schemas.js';
import { Route } from '../http/route.decorator.js';
import { OpportunityQueries, type OpportunityItem, type OpportunityPage } from './opportunity.queries.js';

/** The catalogue of opportunities. */
@Controller()
export class OpportunityController {
  readonly #opportunities: OpportunityQueries;

  constructor(@Inject(OpportunityQueries) opportunities: OpportunityQueries) {
    this.#opportunities = opportunities;
  }

  @Route('listOpportunities')
  list(@Query({ schema: opportunityListQuerySchema }) query: OpportunityListQuery): Promise<OpportunityPage> {
    return this.#opportunities.list(query);
  }

  @Route('getOpportunity')
  one(@Param('id') id: string): Promise<OpportunityItem> {
    return this.#opportunities.one(id);
  }
}
