export async function head(load: () => Promise<string[]>): Promise<string> {
  let text = '';
  for (const one of await load()) text += one;
  return text;
}
