/** Columns of a terminal that the texts are made for. */
export const COLUMNS = 100;

/** Control and format characters from outside never reach a terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

function width(text: string): number {
  return Array.from(text).length;
}

function brokenWord(word: string, columns: number): string[] {
  const characters = Array.from(word);
  const parts: string[] = [];
  for (let start = 0; start < characters.length; start += columns) {
    parts.push(characters.slice(start, start + columns).join(''));
  }
  return parts;
}

/** Lines of at most so many columns, broken at spaces; a word longer than a line is broken where the line ends. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(text)
    .split(/\s+/)
    .flatMap((each) => brokenWord(each, columns))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (width(longer) <= columns) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line];
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Rows of aligned columns; the last column takes what is left of the line and wraps below itself. */
export function table(rows: readonly (readonly string[])[], columns = COLUMNS): string {
  const last = Math.max(0, ...rows.map((row) => row.length - 1));
  const widths = Array.from({ length: last }, (_, index) =>
    Math.max(0, ...rows.map((row) => width(plain(row[index] ?? '')))),
  );
  const start = widths.reduce((sum, width) => sum + width + 2, 0);
  return rows
    .map((row) => {
      const head = widths.map((width, index) => `${padded(plain(row[index] ?? ''), width)}  `).join('');
      const [first = '', ...more] = wrapped(row[last] ?? '', Math.max(20, columns - start));
      return [`${head}${first}`, ...more.map((line) => ' '.repeat(start) + line)]
        .map((line) => line.trimEnd())
        .join('\n');
    })
    .join('\n');
}
