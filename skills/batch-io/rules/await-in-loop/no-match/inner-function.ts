export function later(ids: string[], load: (id: string) => Promise<void>): (() => Promise<void>)[] {
  const jobs: (() => Promise<void>)[] = [];
  for (const id of ids) jobs.push(async () => await load(id));
  return jobs;
}
