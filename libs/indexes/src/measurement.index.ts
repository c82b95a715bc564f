import type { Measurement } from '@headroom/contracts';
import type { TimeWindow } from './change.index.js';

/** Windows of one measurement of a service, as columns. */
export type Measured = Pick<Measurement, 'environment' | 'version' | 'deployment' | 'hostClass' | 'windows' | 'series'>;

/** What was measured of a service. */
export interface MeasuredStretch {
  /** In the order of their first windows. */
  measured: Measured[];
  /** Values that were left out where a day had more than are kept. */
  left: number;
}

/** What monitors measured, as `measurement.recorded` told. */
export interface MeasurementIndex {
  /** Windows of a service that begin in a stretch; nothing for a service that nothing is known of. */
  measurements(service: string, window: TimeWindow): Promise<MeasuredStretch>;
}
