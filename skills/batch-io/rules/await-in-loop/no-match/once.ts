export async function once(load: () => Promise<string>): Promise<string> {
  return await load();
}
