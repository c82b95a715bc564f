import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PartitionLag } from '../log/log.port.js';

/** Figures that a runtime reports at each scrape. */
export interface MetricSource {
  group: string;
  inFlight(): number;
  lag(): Promise<PartitionLag[]>;
  /** Undefined while the store is away. */
  parked(): Promise<number | undefined>;
}

/** The runtime's metrics in one registry, shared by all runtimes that use it. */
export interface RuntimeMetrics {
  handled: Counter<'group' | 'topic' | 'outcome'>;
  duration: Histogram<'group' | 'topic'>;
  attempts: Counter<'group' | 'topic'>;
  deadLetters: Counter<'group' | 'topic' | 'reason'>;
  /** Reports a runtime's gauges until the returned function is called. */
  observe(source: MetricSource): () => void;
}

/** A scrape waits no longer for the log or the store. Milliseconds. */
const ANSWER_WITHIN_MS = 2_000;

/** A figure that the log or the store does not give is left out: a scrape neither fails nor hangs with them. */
async function soon<Value, Instead>(figure: Promise<Value>, instead: Instead): Promise<Value | Instead> {
  const { promise: late, resolve } = Promise.withResolvers<Instead>();
  const timer = setTimeout(() => resolve(instead), ANSWER_WITHIN_MS);
  try {
    return await Promise.race([figure, late]);
  } catch {
    // That it is away is the runtime's problem to tell, in its log and its readiness.
    return instead;
  } finally {
    clearTimeout(timer);
  }
}

const known = new WeakMap<Registry, RuntimeMetrics>();

function gauges(sources: ReadonlySet<MetricSource>): Gauge[] {
  const registers: Registry[] = [];
  const inFlight = new Gauge({
    name: 'headroom_records_in_flight',
    help: 'Records delivered to this process and not finished',
    labelNames: ['group'],
    registers,
    collect() {
      this.reset();
      for (const source of sources) this.set({ group: source.group }, source.inFlight());
    },
  });
  const lag = new Gauge({
    name: 'headroom_lag_records',
    help: 'Records between the committed offset and the end of the partition',
    labelNames: ['group', 'topic', 'partition'],
    registers,
    async collect() {
      this.reset();
      for (const source of sources) {
        for (const { topic, partition, lag } of await soon(source.lag(), [])) {
          this.set({ group: source.group, topic, partition: String(partition) }, Number(lag));
        }
      }
    },
  });
  const parked = new Gauge({
    name: 'headroom_deliveries_parked',
    help: 'Deliveries that wait with a reason',
    labelNames: ['group'],
    registers,
    async collect() {
      this.reset();
      for (const source of sources) {
        const parked = await soon(source.parked(), undefined);
        if (parked !== undefined) this.set({ group: source.group }, parked);
      }
    },
  });
  return [inFlight, lag, parked];
}

/** The metrics of a registry, made at the first call. */
export function metricsOf(registry: Registry): RuntimeMetrics {
  const there = known.get(registry);
  if (there) return there;
  const registers = [registry];
  const sources = new Set<MetricSource>();
  for (const gauge of gauges(sources)) registry.registerMetric(gauge);
  const metrics: RuntimeMetrics = {
    handled: new Counter({
      name: 'headroom_records_handled_total',
      help: 'Records finished, by how they ended',
      labelNames: ['group', 'topic', 'outcome'],
      registers,
    }),
    duration: new Histogram({
      name: 'headroom_handler_duration_seconds',
      help: 'Time of one handler run: an event of a task, a batch of a stream',
      labelNames: ['group', 'topic'],
      buckets: [0.001, 0.01, 0.1, 1, 10, 60, 300, 1200],
      registers,
    }),
    attempts: new Counter({
      name: 'headroom_handler_attempts_total',
      help: 'Handler runs started',
      labelNames: ['group', 'topic'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'headroom_dead_letters_total',
      help: 'Records given up, by reason',
      labelNames: ['group', 'topic', 'reason'],
      registers,
    }),
    observe: (source) => {
      sources.add(source);
      return () => sources.delete(source);
    },
  };
  known.set(registry, metrics);
  return metrics;
}
