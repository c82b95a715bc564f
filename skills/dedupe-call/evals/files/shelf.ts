import { normalised } from './text.js';

export function matches(titles: readonly string[], wanted: string): string[] {
  return titles.filter(
    (title) => normalised(title).startsWith(normalised(wanted)) || normalised(title) === normalised(wanted),
  );
}
