import { metrics } from './metrics.js';

const waited = metrics.histogram('queue_wait');

export function drain(jobs: readonly { readonly addedAt: number; run(): void }[]): void {
  for (const job of jobs) {
    waited.observe(performance.now() - job.addedAt);
    job.run();
  }
}
