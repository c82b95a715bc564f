import { normalised } from './text.js';

export function matches(titles: readonly string[], wanted: string): string[] {
  const start = normalised(wanted);
  return titles.filter((title) => normalised(title).startsWith(start));
}
