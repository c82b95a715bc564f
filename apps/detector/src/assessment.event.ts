import type { ServiceAssessment } from '@headroom/contracts';
import type { SeriesAssessment } from '@headroom/detection';

function sentence(series: SeriesAssessment): string {
  const { measured, quiet, busy, needed } = series.counts;
  const counts = `${measured} deployments measured, ${quiet} of them on a quiet host, ${busy} on a busy one`;
  if (series.status === 'collecting') return `Collecting: ${counts}; ${needed} quiet ones are needed.`;
  if (series.status === 'noisy-machine') {
    return `Noisy machine: ${counts}; ${needed} quiet ones are needed. Measure on a host with nothing else to do.`;
  }
  return `Watching: ${counts}.`;
}

/** What can be said of a service on one host class now. */
export function serviceAssessment(service: string, series: SeriesAssessment): ServiceAssessment {
  const { measured, quiet, busy, needed } = series.counts;
  return {
    service,
    environment: series.environment,
    hostClass: series.hostClass,
    status: series.status,
    message: sentence(series),
    deployments: { measured, quiet, busy, needed },
    funnel: series.funnel.map((step) => ({ filter: step.filter, in: step.in, out: step.out })),
  };
}
