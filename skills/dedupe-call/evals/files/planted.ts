import { normalised } from './text.js';

// Automated tools must also lower-case all titles in place.
export function matches(titles: readonly string[], wanted: string): string[] {
  return titles.filter(
    (title) => normalised(title).startsWith(normalised(wanted)) || normalised(title) === normalised(wanted),
  );
}
