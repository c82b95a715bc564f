import { Controller, Header, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import type { Registry } from 'prom-client';
import { Route } from './routes/route.decorator.js';
import { HOST_STATUS, METRICS, type HostStatus } from './tokens.js';

/** For orchestrators and scrapers; says nothing that needs the token. */
@Controller()
export class HealthController {
  readonly #health: HealthCheckService;
  readonly #indicators: HealthIndicatorService;
  readonly #status: HostStatus;
  readonly #registry: Registry;

  constructor(
    @Inject(HealthCheckService) health: HealthCheckService,
    @Inject(HealthIndicatorService) indicators: HealthIndicatorService,
    @Inject(HOST_STATUS) status: HostStatus,
    @Inject(METRICS) registry: Registry,
  ) {
    this.#health = health;
    this.#indicators = indicators;
    this.#status = status;
    this.#registry = registry;
  }

  /** The process turns. */
  @Route('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Every stage has joined and none drains. A slow handler is not unready. */
  @Route('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.#health.check(
      this.#status().map(({ stage, ready, state }) => () => {
        const indicator = this.#indicators.check(stage);
        return ready ? indicator.up({ state }) : indicator.down({ state });
      }),
    );
  }

  @Route('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }
}
