/** Languages whose lines look alike for our purposes. */
export type LanguageFamily = 'js' | 'python' | 'go' | 'java';

const FAMILIES: readonly (readonly [RegExp, LanguageFamily])[] = [
  [/\.[cm]?[jt]sx?$/, 'js'],
  [/\.pyi?$/, 'python'],
  [/\.go$/, 'go'],
  [/\.(?:java|kt)$/, 'java'],
];

/** A line of code without what does not run. */
export interface CodeLine {
  /** Without comments, and with empty texts between quotes. */
  readonly line: string;
  /** Without comments. */
  readonly raw: string;
}

/** The language of a file by its extension; undefined for one that is no code known here. */
export function languageFamily(path: string): LanguageFamily | undefined {
  return FAMILIES.find(([pattern]) => pattern.test(path))?.[1];
}

/** A longer line is written by a program, and is not for patterns to go over. Characters. */
const LONGEST = 1000;

/** Lines of a diff without comments and documentation; blank ones, imports, and lines that no person wrote are left out. */
export function codeOf(lines: readonly string[], family: LanguageFamily): CodeLine[] {
  const code: CodeLine[] = [];
  let inBlock = false;
  let docQuote: string | undefined;
  for (const text of lines) {
    if (text.length > LONGEST) continue;
    const trimmed = text.trim();
    if (family === 'python') {
      const opened = docQuote === undefined ? /^[rRuU]?("{3}|'{3})/.exec(trimmed) : undefined;
      const quote = docQuote ?? opened?.[1];
      if (quote !== undefined) {
        docQuote = trimmed.includes(quote, opened?.[0].length ?? 0) ? undefined : quote;
        continue;
      }
    }
    // The begin of a block comment may be a line that the change did not touch.
    if (inBlock || (family !== 'python' && /^(?:\/\*|\*(?:\s|\/|$))/.test(trimmed))) {
      inBlock = (inBlock || trimmed.startsWith('/*')) && !trimmed.includes('*/');
      continue;
    }
    const stripped = withoutComment(text, family);
    if (stripped.line.trim() === '' || /^\s*(?:import\b|from\s+\S+\s+import\b|package\s)/.test(stripped.raw)) continue;
    code.push(stripped);
  }
  return code;
}

/** Walks over the texts of a line; a quote that is not closed ends with the line. */
function withoutComment(text: string, family: LanguageFamily): CodeLine {
  const comment = family === 'python' ? '#' : '//';
  let [line, raw, quote] = ['', '', ''];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (quote === '' && text.startsWith(comment, at)) break;
    raw += sign;
    if (quote !== '') {
      if (sign === '\\') raw += text[++at] ?? '';
      else if (sign === quote) {
        line += sign;
        quote = '';
      }
      continue;
    }
    line += sign;
    if (sign === '"' || sign === "'" || sign === '`') quote = sign;
  }
  return { line, raw };
}
