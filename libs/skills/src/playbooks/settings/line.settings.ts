import { isLiteral, type SettingPlace, type SettingReader } from './setting.place.js';

/** How a format writes `key = value` on a line. */
interface LineFormat {
  /** Groups `head` (all before the value), `key`, `value` (to the end of the line). */
  readonly assignment: RegExp;
  readonly comment: RegExp;
  /** Group 1 = name of the section. */
  readonly section?: RegExp;
  /** What begins a value that spans lines, or goes on behind the line: its end. */
  readonly spans: (value: string) => RegExp | undefined;
  /** Keys of a name: `a."b.c"`. */
  readonly keysOf: (name: string) => string[];
  /** The part of what stands behind `=` that is the value, and how another is written; undefined for what is no plain value. */
  readonly token: (text: string) => Token | undefined;
}

interface Token {
  readonly text: string;
  readonly value: string;
  readonly written: SettingPlace['written'];
}

/** Settings of TOML. Arrays, tables in a line and texts over several lines are no plain values. */
export const tomlSettings: SettingReader = readerOf({
  assignment:
    /^(?<head>\s*(?<key>(?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=\s*)(?<value>.*)$/,
  comment: /^\s*(?:#|$)/,
  section: /^\s*\[{1,2}\s*(.+?)\s*\]{1,2}\s*(?:#.*)?$/,
  spans: (value) => {
    const quote = /^("""|''')/.exec(value)?.[1];
    if (quote !== undefined) return value.slice(3).includes(quote) ? undefined : new RegExp(quote);
    return value.startsWith('[') && !/\]\s*(?:#.*)?$/.test(value) ? /^\s*\]|\]\s*(?:#.*)?$/ : undefined;
  },
  keysOf: (name) =>
    [...name.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!),
  token: (text) => quotedToken(text, /\s*(?:#.*)?$/) ?? literalToken(text, /^[^\s#"'[{]+(?=\s*(?:#.*)?$)/),
});

/** Settings of environment files: `export KEY=value`. */
export const envSettings: SettingReader = readerOf({
  assignment: /^(?<head>\s*(?:export\s+)?(?<key>[A-Za-z_][\w.-]*)\s*=[ \t]*)(?<value>.*)$/,
  comment: /^\s*(?:#|$)/,
  spans: (value) => {
    const quote = /^["']/.exec(value)?.[0];
    return quote !== undefined && !value.slice(1).includes(quote) ? new RegExp(quote) : undefined;
  },
  keysOf: (name) => [name],
  // Another process may expand it.
  token: (text) =>
    /[$`\\]/.test(text)
      ? undefined
      : (quotedToken(text, /\s*(?:#.*)?$/) ?? wordToken(text, /^[^\s#"']+(?=\s*(?:\s#.*)?$)/)),
});

/** Settings of properties and INI files. */
export const propertiesSettings: SettingReader = readerOf({
  assignment: /^(?<head>\s*(?<key>[^\s=:#![\]]+)\s*[=:][ \t]*)(?<value>.*)$/,
  comment: /^\s*(?:[#!;]|$)/,
  section: /^\s*\[(.+)\]\s*$/,
  spans: (value) => (/(?<!\\)(?:\\\\)*\\$/.test(value) ? /(?:^|[^\\])(?:\\\\)*$/ : undefined),
  keysOf: (name) => name.split('.'),
  token: (text) => (/[\\$]/.test(text) ? undefined : wordToken(text, /^\S(?:.*\S)?(?=\s*$)/)),
});

function readerOf(format: LineFormat): SettingReader {
  return (source) => {
    const places: SettingPlace[] = [];
    let section: string[] = [];
    let until: RegExp | undefined;
    let offset = 0;
    for (const raw of source.split('\n')) {
      const text = raw.replace(/\r$/, '');
      const start = offset;
      offset += raw.length + 1;
      if (until) {
        if (until.test(text)) until = undefined;
        continue;
      }
      if (format.comment.test(text)) continue;
      const head = format.section?.exec(text);
      if (head) {
        section = format.keysOf(head[1]!);
        continue;
      }
      const groups = format.assignment.exec(text)?.groups;
      if (!groups) continue;
      until = format.spans(groups['value']!);
      const token = until ? undefined : format.token(groups['value']!);
      if (!token) continue;
      const from = start + groups['head']!.length;
      places.push({
        keys: [...section, ...format.keysOf(groups['key']!)],
        value: token.value,
        start: from,
        end: from + token.text.length,
        written: token.written,
      });
    }
    return places;
  };
}

/** A text between quotes without escapes. */
function quotedToken(text: string, rest: RegExp): Token | undefined {
  const match = /^(["'])([^"'\\\r\n]*)\1/.exec(text);
  if (!match || !new RegExp(`^${rest.source}`).test(text.slice(match[0].length))) return undefined;
  const quote = match[1]!;
  return {
    text: match[0],
    value: match[2]!,
    written: (value) => (/["'\\\r\n$`]/.test(value) ? undefined : quote + value + quote),
  };
}

function literalToken(text: string, pattern: RegExp): Token | undefined {
  const [token] = pattern.exec(text) ?? [];
  if (token === undefined || !isLiteral(token)) return undefined;
  return {
    text: token,
    value: token,
    written: (value) => (isLiteral(value) ? value : /["\\\r\n]/.test(value) ? undefined : `"${value}"`),
  };
}

function wordToken(text: string, pattern: RegExp): Token | undefined {
  const [token] = pattern.exec(text) ?? [];
  if (token === undefined) return undefined;
  return { text: token, value: token, written: (value) => (/^[^\s#!"'\\$`;]+$/.test(value) ? value : undefined) };
}
