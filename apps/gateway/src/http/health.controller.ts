import type { ServerResponse } from 'node:http';
import { liveness, readiness, type HealthAnswer } from '@headroom/runtime';
import { Controller, Header, Inject, Res } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { Route } from './route.decorator.js';
import { HOST_STATUS, METRICS, type HostStatus } from '../tokens.js';

/** For orchestrators and scrapers; says nothing that needs the token. */
@Controller()
export class HealthController {
  readonly #status: HostStatus;
  readonly #registry: Registry;

  constructor(@Inject(HOST_STATUS) status: HostStatus, @Inject(METRICS) registry: Registry) {
    this.#status = status;
    this.#registry = registry;
  }

  /** The process turns, and no stage of it has failed for good. */
  @Route('live')
  live(@Res({ passthrough: true }) response: ServerResponse): HealthAnswer['body'] {
    return this.#answer(liveness(this.#status()), response);
  }

  /** Every stage has joined and none drains. A slow handler is not unready. */
  @Route('ready')
  ready(@Res({ passthrough: true }) response: ServerResponse): HealthAnswer['body'] {
    return this.#answer(readiness(this.#status()), response);
  }

  #answer({ status, body }: HealthAnswer, response: ServerResponse): HealthAnswer['body'] {
    response.statusCode = status;
    return body;
  }

  @Route('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }
}
