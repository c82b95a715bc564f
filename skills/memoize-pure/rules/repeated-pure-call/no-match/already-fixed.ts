const slugs = new Map<string, string>();

export function slug(title: string): string {
  const known = slugs.get(title) ?? title.toLowerCase();
  slugs.set(title, known);
  return known;
}
