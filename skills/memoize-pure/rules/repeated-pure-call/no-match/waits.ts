export async function load(name: string): Promise<string> {
  return name.trim();
}
