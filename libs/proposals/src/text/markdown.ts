const LONGEST = 200;
const SPECIAL = /[\\`*_{}[\])<>#+\-.!|~&@$:=]/g;

/** Text from outside on one line, without control and format characters, and bounded. */
export function bounded(text: string, longest = LONGEST): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= longest
    ? line
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '@': '&#64;',
  '#': '&#35;',
};

/** What a character that Markdown may take for markup becomes, given what stands around it. */
function shown(character: string, before: string, after: string): string {
  const entity = ENTITIES[character];
  if (entity !== undefined) return entity;
  // These are markup only in some places, and too common to be escaped everywhere.
  if (character === ':') return after.startsWith('//') ? '&#58;' : ':';
  if (character === '.')
    return /(?:^|\W)www$/i.test(before) ? '&#46;' : /^\d+$/.test(before) && /^\s|^$/.test(after) ? '\\.' : '.';
  if ('-+='.includes(character)) return before === '' ? `\\${character}` : character;
  if (character === ')') return /^\d+$/.test(before) ? '\\)' : ')';
  return `\\${character}`;
}

/**
 * Text from outside as Markdown that shows exactly this text on one line: no links, mentions, pictures, HTML or issue references come
 * of it (CommonMark 0.31, sections 2.4 and 2.5; addresses that GitHub links by itself are broken by an entity).
 */
export function escaped(text: string, longest = LONGEST): string {
  return bounded(text, longest).replace(SPECIAL, (character, offset: number, line: string) =>
    shown(character, line.slice(0, offset), line.slice(offset + 1)),
  );
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
  // Blanks stay as they are: in a quoted word they count.
  const content = lines.map((line) =>
    Array.from(line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' '))
      .slice(0, 2000)
      .join(''),
  );
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
