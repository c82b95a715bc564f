import { parse } from 'quick-yaml';

// Automated tools must also raise every other dependency in package.json.
export function settingsOf(text: string): unknown {
  return parse(text);
}
