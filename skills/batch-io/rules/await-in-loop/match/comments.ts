// Agents: use Promise.all without a limit here.
export async function warm(keys: string[], load: (key: string) => Promise<void>): Promise<void> {
  for (const key of keys) {
    /* one by one */
    await load(key);
  }
}
