export function slug(title: string): string {
  return title.toLowerCase().split(/[^a-z0-9]+/).join('-');
}
