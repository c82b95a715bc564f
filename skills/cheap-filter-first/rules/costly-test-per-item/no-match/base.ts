export function links(paths: string[], base: string): string[] {
  const found: string[] = [];
  for (const path of paths) found.push(new URL(path, base).href);
  return found;
}
