export async function poll(jobs: Record<string, boolean>, wait: Promise<void>): Promise<void> {
  while (Object.keys(jobs).length > 0) await wait;
}
