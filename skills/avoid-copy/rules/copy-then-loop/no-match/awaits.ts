export async function flush(jobs: Promise<void>[]): Promise<void> {
  for (const job of [...jobs]) await job;
}
