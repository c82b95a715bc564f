const LONGEST = 200;
const SPECIAL = /[\\`*_{}[\]()<>#+\-.!|~&@$:^=]/g;

/** Text from outside on one line, without control and format characters, and bounded. */
export function bounded(text: string, longest = LONGEST): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('').trimEnd()}…`;
}

/**
 * Text from outside as Markdown that shows exactly this text on one line: no links, mentions, pictures, HTML or issue references come
 * of it. ASCII punctuation is escaped as CommonMark 0.31, section 2.4 allows; a full stop and a hyphen only where they can start a
 * list or an address, and a colon and an at sign by an entity, since a backslash does not stop automatic links.
 */
export function escaped(text: string, longest = LONGEST): string {
  return bounded(text, longest).replace(SPECIAL, (character, offset: number, line: string) => {
    if (character === '&') return '&amp;';
    if (character === '<') return '&lt;';
    if (character === '@') return '&#64;';
    if (character === ':') return line.startsWith('://', offset) ? '&#58;' : ':';
    if (character === '#') return '&#35;';
    if (character === '.') return /www$/i.test(line.slice(0, offset)) || /^\d+$/.test(line.slice(0, offset)) ? '\\.' : '.';
    if (character === '-' || character === '+' || character === '=') return offset === 0 ? `\\${character}` : character;
    if (character === '(' || character === ')') return character;
    return `\\${character}`;
  });
}

/** Text from outside as inline code: a fence longer than any run of backticks in it, and no pipe that would end a table cell. */
export function code(text: string, longest = LONGEST): string {
  const line = bounded(text, longest);
  if (line === '') return '';
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** Lines as a block of shell code; the lines are bounded and hold no control characters. */
export function shellBlock(lines: readonly string[]): string {
  const content = lines.map((line) => bounded(line, 2000));
  const runs = content.join('\n').match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  return [`${fence}sh`, ...content, fence].join('\n');
}

/** A word of a command as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A table; cells are Markdown already, a pipe in them is escaped. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
