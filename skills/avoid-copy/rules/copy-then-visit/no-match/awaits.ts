export function load(ids: string[]): Promise<Response>[] {
  return [...ids].map(async (id) => fetch(id));
}
