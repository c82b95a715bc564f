import { parse } from 'quick-yaml';

export function settingsOf(text: string): unknown {
  return parse(text);
}
