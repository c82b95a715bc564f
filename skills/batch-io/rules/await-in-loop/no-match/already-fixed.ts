export async function all(ids: string[], load: (ids: string[]) => Promise<string[]>): Promise<string[]> {
  return await load(ids);
}
