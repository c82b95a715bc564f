import { candidatesOf } from './finding.js';
import type { OpenedFinding, ServiceHistory } from './history.js';
import { type AssessOptions, defaultAssessOptions } from './options.js';
import { seriesOf } from './series.js';

/**
 * The findings that were opened before a deployment became known, and among whose possible change points it lies: it can be
 * their cause. Pure; the deployment is one of the history.
 */
export function findingsBeside(
  history: ServiceHistory,
  deployment: string,
  overrides: Partial<AssessOptions> = {},
): OpenedFinding[] {
  const options = { ...defaultAssessOptions, ...overrides };
  return seriesOf(history, options).flatMap((series) =>
    history.opened.filter((opened) => {
      if (opened.environment !== series.environment || opened.hostClass !== series.hostClass) return false;
      const split = series.replicates.findIndex(({ record }) => record.id === opened.deployment.id);
      if (split < 0) return false;
      const candidates = candidatesOf(history, series, series.replicates, split, opened.uncertainty);
      return candidates.some(({ id }) => id === deployment);
    }),
  );
}
