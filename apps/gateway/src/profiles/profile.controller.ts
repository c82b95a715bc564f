import { Controller, Inject, Query, Req } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { traceOfRequest } from '../events/event.body.js';
import { profileOfRequest } from './profile.body.js';
import { Profiles } from './profile.service.js';
import { bodyOf } from '../http/request.body.js';
import type { ProfileAnswer } from '../http/answer.schemas.js';
import { profileQuerySchema, type ProfileQuery } from '../http/query.schemas.js';
import { Route } from '../http/route.decorator.js';

/** Raw profiles from profilers. */
@Controller()
export class ProfileController {
  readonly #profiles: Profiles;

  constructor(@Inject(Profiles) profiles: Profiles) {
    this.#profiles = profiles;
  }

  @Route('recordProfile')
  async record(
    @Query({ schema: profileQuerySchema }) query: ProfileQuery,
    @Req() request: IncomingMessage,
  ): Promise<ProfileAnswer> {
    const body = await profileOfRequest(request.headers, bodyOf(request));
    return this.#profiles.take(body, query, traceOfRequest(request.headers));
  }
}
