import type { PullSettings } from '@headroom/platform';
import type { PyroscopeSource } from '@headroom/tools';
import type { PulledProfile, PullSource, PullWindow } from './pull.source.js';

/** How long after its end a window may still be sent to Pyroscope: agents push every 15 s by default, scrapes last as long. */
const LATE_MS = 30_000;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const UNKNOWN = 'unknown';

/** What Grafana Pyroscope has of a service, whole windows; each deployment in a window is a profile. */
export class PyroscopePull implements PullSource {
  readonly key: string;
  readonly address: string;
  readonly readyAfterMs: number;
  readonly #settings: Pick<PullSettings, 'service' | 'environment'>;
  readonly #pyroscope: PyroscopeSource;

  constructor(settings: Pick<PullSettings, 'service' | 'environment' | 'everySeconds'>, pyroscope: PyroscopeSource) {
    this.#settings = settings;
    this.#pyroscope = pyroscope;
    this.key = pyroscope.name;
    this.address = pyroscope.name;
    this.readyAfterMs = settings.everySeconds * 1000 + LATE_MS;
  }

  async pull({ startMs, endMs }: PullWindow, signal: AbortSignal): Promise<PulledProfile[]> {
    const { service, environment } = this.#settings;
    const window = { from: new Date(startMs).toISOString(), to: new Date(endMs).toISOString() };
    const pulled: PulledProfile[] = [];
    for (const each of await this.#pyroscope.profiles(service, window, signal)) {
      const bytes = each.environment === environment && (await this.#pyroscope.pprof(each.selected, signal));
      if (!bytes) continue;
      const { version, deployment, startedAt, endedAt, selected } = each;
      pulled.push({
        bytes,
        part: `${selected.labelSelector} ${deployment}`,
        startedAt,
        endedAt,
        ...(COMMIT.test(version) && { version }),
        ...(deployment !== UNKNOWN && { deployment }),
      });
    }
    return pulled;
  }
}
