export async function poll(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) continue;
}
