import { metrics } from './metrics.js';

const waited = metrics.histogram('queue_wait');
/** One job in this many is timed: a power of two, so that the test is a mask. */
const WAIT_EVERY = 32;
let drained = 0;

export function drain(jobs: readonly { readonly addedAt: number; run(): void }[]): void {
  for (const job of jobs) {
    if ((drained++ & (WAIT_EVERY - 1)) === 0) waited.observe(performance.now() - job.addedAt);
    job.run();
  }
}
