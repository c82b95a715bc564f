import type { MeasurementIndex, TimeWindow } from '@headroom/indexes';
import { ToolError } from '../tool.js';
import { MeasuredMetrics } from './measured.metrics.js';
import type { MetricAnswer, MetricListing, MetricQuery, MetricSource } from './metrics.port.js';
import { ProfileMetrics, type ProfileMetricsOptions } from './profile.metrics.js';

/** Where the own metrics come from. */
export interface OwnMetricsOptions extends ProfileMetricsOptions {
  measurements: MeasurementIndex;
}

/**
 * What Headroom itself knows of a service: what its profiles tell, and what its monitors measured. A metric of both has the series
 * of both; those that were measured have the label `event`.
 */
export class OwnMetrics implements MetricSource {
  readonly name = 'own';
  readonly takesExpressions = false;
  readonly #profiles: ProfileMetrics;
  readonly #measured: MeasuredMetrics;

  constructor({ measurements, ...profiles }: OwnMetricsOptions) {
    this.#profiles = new ProfileMetrics(profiles);
    this.#measured = new MeasuredMetrics(measurements);
  }

  async metricsOf(service: string, window: TimeWindow): Promise<string[]> {
    const { entries } = await this.#measured.list(service, window);
    return [...new Set([...this.#profiles.metrics, ...entries.flatMap(({ metric }) => metric ?? [])])];
  }

  async query(query: MetricQuery, signal: AbortSignal): Promise<MetricAnswer | undefined> {
    const { service, metric = '', window } = query;
    const measured = await this.#measured.query(service, metric, window);
    const ofFunction = query.function !== undefined;
    if (!this.#profiles.metrics.includes(metric)) {
      if (!measured || !ofFunction) return measured;
      throw new ToolError(`${metric} was measured of no function; leave function out.`);
    }
    if (!measured || ofFunction) return this.#profiles.query(query, signal);
    const profiled = await orReason(this.#profiles.query(query, signal));
    return 'reason' in profiled ? measured : together(profiled, measured);
  }

  async list({ service, window }: { service: string; window: TimeWindow }): Promise<MetricListing> {
    const measured = await this.#measured.list(service, window);
    const profiled = await orReason(this.#profiles.list({ service, window }));
    if (measured.entries.length === 0) {
      if (!('reason' in profiled)) return profiled;
      throw new ToolError(`${profiled.reason.message} Nothing was measured of it in the window either.`);
    }
    if ('reason' in profiled) return { ...measured, notes: [...measured.notes, profiled.reason.message] };
    const labels = [...new Set([...profiled.labels, ...measured.labels])];
    return { ...combined(profiled, measured), labels, entries: [...profiled.entries, ...measured.entries] };
  }
}

async function orReason<Found extends object>(asked: Promise<Found>): Promise<Found | { reason: ToolError }> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ToolError) return { reason: error };
    throw error;
  }
}

function combined(
  profiled: MetricAnswer | MetricListing,
  measured: MetricAnswer | MetricListing,
): Pick<MetricAnswer, 'notes' | 'partial' | 'source' | 'trust'> {
  return {
    notes: [...new Set([...profiled.notes, ...measured.notes])],
    partial: profiled.partial || measured.partial,
    source: `${profiled.source}, ${measured.source}`,
    trust: measured.trust,
  };
}

function together(profiled: MetricAnswer, measured: MetricAnswer): MetricAnswer {
  const isOneUnit = profiled.unit === measured.unit;
  const { unit: _unit, ...rest } = profiled;
  const said = combined(profiled, measured);
  const differ = `units differ: ${profiled.unit} of profiles, ${measured.unit ?? 'several'} of measurements`;
  return {
    ...rest,
    ...(isOneUnit && profiled.unit !== undefined && { unit: profiled.unit }),
    ...said,
    series: [...profiled.series, ...measured.series],
    notes: isOneUnit ? said.notes : [...said.notes, differ],
  };
}
