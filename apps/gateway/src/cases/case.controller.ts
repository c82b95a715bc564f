import type { ServiceView, TimelineEntry } from '@headroom/cases';
import { Controller, Headers, Inject, Param, Query, SseSignal, type MessageEvent } from '@nestjs/common';
import { from, type Observable } from 'rxjs';
import { CaseFeed } from './case.feed.js';
import { CaseQueries, type CaseDetails, type CasePage } from './case.queries.js';
import { caseListQuerySchema, streamQuerySchema, type CaseListQuery } from '../http/query.schemas.js';
import { Route } from '../http/route.decorator.js';

/** Cases and services, as they are and as they change. */
@Controller()
export class CaseController {
  readonly #cases: CaseQueries;
  readonly #feed: CaseFeed;

  constructor(@Inject(CaseQueries) cases: CaseQueries, @Inject(CaseFeed) feed: CaseFeed) {
    this.#cases = cases;
    this.#feed = feed;
  }

  @Route('listCases')
  list(@Query({ schema: caseListQuerySchema }) query: CaseListQuery): Promise<CasePage> {
    return this.#cases.list(query);
  }

  // Stands before the route of one case, which would take "stream" for an id.
  @Route('streamCases')
  async streamAll(
    @Query({ schema: streamQuerySchema }) query: { after?: string },
    @Headers('last-event-id') lastEventId: string | undefined,
    @SseSignal() signal: AbortSignal,
  ): Promise<Observable<MessageEvent>> {
    return from(await this.#feed.cases(lastEventId || query.after, signal));
  }

  @Route('getCase')
  one(@Param('id') id: string): Promise<CaseDetails> {
    return this.#cases.details(id);
  }

  @Route('getTimeline')
  timeline(@Param('id') id: string): Promise<{ caseId: string; timeline: TimelineEntry[] }> {
    return this.#cases.timeline(id);
  }

  @Route('streamCase')
  async streamOne(
    @Param('id') id: string,
    @Query({ schema: streamQuerySchema }) query: { after?: string },
    @Headers('last-event-id') lastEventId: string | undefined,
    @SseSignal() signal: AbortSignal,
  ): Promise<Observable<MessageEvent>> {
    return from(await this.#feed.case(id, lastEventId || query.after, signal));
  }

  @Route('listServices')
  async services(): Promise<{ services: ServiceView[] }> {
    return { services: await this.#cases.services() };
  }
}
