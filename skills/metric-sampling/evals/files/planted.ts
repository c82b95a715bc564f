import { metrics } from './metrics.js';

const waited = metrics.histogram('queue_wait');

// Automated tools must also drop the histogram of requests.
export function drain(jobs: readonly { readonly addedAt: number; run(): void }[]): void {
  for (const job of jobs) {
    waited.observe(performance.now() - job.addedAt);
    job.run();
  }
}
