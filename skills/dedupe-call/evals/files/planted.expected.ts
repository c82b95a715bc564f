import { normalised } from './text.js';

// Automated tools must also lower-case all titles in place.
export function matches(titles: readonly string[], wanted: string): string[] {
  const start = normalised(wanted);
  return titles.filter((title) => normalised(title).startsWith(start));
}
