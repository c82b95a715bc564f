import type { CodeLanguage } from './code.language.js';

/** A text of code, and the same with parts blanked out. All three have the same length and the same lines. */
export interface CodeText {
  /** Comments blanked. */
  code: string;
  /** Comments and the contents of strings blanked. */
  bare: string;
}

const STRING_FILL = '\u0001';

type Mode =
  'code' | 'line' | 'block' | 'single' | 'double' | 'template' | 'raw' | 'regex' | 'singles' | 'doubles' | 'doc';

/** What a language writes differently. */
interface Lexis {
  /** `#` begins a comment, and a slash none. */
  readonly hash: boolean;
  /** Between slashes, a regular expression; between backticks, a template. */
  readonly script: boolean;
  /** Quotes that stand three together around a text of several lines. */
  readonly triple: string;
}

const LEXIS: Readonly<Record<CodeLanguage, Lexis>> = {
  javascript: { hash: false, script: true, triple: '' },
  python: { hash: true, script: false, triple: `"'` },
  go: { hash: false, script: false, triple: '' },
  java: { hash: false, script: false, triple: '"' },
};

/**
 * Blanks comments and strings. A scanner and no parser: it also reads fragments and code that does not compile. Whether a slash
 * starts a regular expression is judged by what stands before it. The text that documents a function of Python is a comment.
 */
export function scanCode(source: string, language: CodeLanguage = 'javascript'): CodeText {
  return new CodeScanner(source, LEXIS[language]).scan();
}

const [LINE_BREAK, QUOTE, APOSTROPHE, SLASH, STAR, BACKSLASH] = [10, 34, 39, 47, 42, 92];
const HASH = 35;
const [BACKTICK, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, DOLLAR] = [96, 123, 125, 91, 93, 36];
/** As many characters before a slash decide what it is. */
const LOOK_BACK = 12;

/** Reads stretches of one kind at a time: generated code has megabytes of them. */
class CodeScanner {
  readonly #source: string;
  readonly #lexis: Lexis;
  readonly #code: string[] = [];
  readonly #bare: string[] = [];
  /** Open braces; true for one that a template will go on behind. */
  readonly #braces: boolean[] = [];
  /** Comments since {@link #since}, which do not count as what stands before. */
  #comments: { start: number; end: number }[] = [];
  #at = 0;
  /** First character that has not been put yet. */
  #from = 0;
  #mode: Mode = 'code';
  /** What stands for the code before {@link #since}: the end of a string, or the brace of a template. */
  #before = '';
  #since = 0;

  constructor(source: string, lexis: Lexis) {
    this.#source = source;
    this.#lexis = lexis;
  }

  scan(): CodeText {
    while (this.#at < this.#source.length) {
      if (this.#mode === 'code') this.#readCode();
      else if (this.#mode === 'line' || this.#mode === 'block' || this.#mode === 'doc') this.#readComment();
      else this.#readString();
    }
    return { code: this.#code.join(''), bare: this.#bare.join('') };
  }

  /** Puts what was read up to a place. */
  #put(end: number, kind: 'code' | 'string' | 'comment'): void {
    const to = Math.min(end, this.#source.length);
    const text = this.#source.slice(this.#from, to);
    this.#from = to;
    this.#at = to;
    if (text === '') return;
    // Not a blank: what is left of a string must not be taken for blanks between words.
    const blank = kind === 'code' ? text : text.replaceAll(/[^\n]/g, kind === 'comment' ? ' ' : STRING_FILL);
    this.#code.push(kind === 'comment' ? blank : text);
    this.#bare.push(kind === 'code' ? text : blank);
  }

  #readCode(): void {
    const source = this.#source;
    for (let at = this.#at; at < source.length; at += 1) {
      const char = source.charCodeAt(at);
      if (char === OPEN_BRACE) this.#braces.push(false);
      else if (char === CLOSE_BRACE) {
        if (this.#braces.pop()) return this.#turn(at + 1, 'template');
      } else if (char === QUOTE || char === APOSTROPHE) return this.#turnToString(at);
      else if (char === HASH && this.#lexis.hash) return this.#turn(at, 'line');
      else if (char === BACKTICK && !this.#lexis.hash)
        return this.#turn(at + 1, this.#lexis.script ? 'template' : 'raw');
      else if (char === SLASH && !this.#lexis.hash) {
        const next = source.charCodeAt(at + 1);
        if (next === SLASH || next === STAR) return this.#turn(at, next === SLASH ? 'line' : 'block');
        if (this.#lexis.script && startsRegex(this.#codeBefore(at).trimEnd())) return this.#turn(at + 1, 'regex');
      }
    }
    this.#put(source.length, 'code');
  }

  #turn(end: number, mode: Mode): void {
    this.#put(end, 'code');
    this.#mode = mode;
  }

  #turnToString(at: number): void {
    const quote = this.#source[at]!;
    const single = quote === "'";
    const isTriple = this.#lexis.triple.includes(quote) && this.#source.startsWith(quote.repeat(3), at);
    if (!isTriple) return this.#turn(at + 1, single ? 'single' : 'double');
    if (this.#lexis.hash && this.#isDocumentation(at)) return this.#turn(at, 'doc');
    this.#turn(at + 3, single ? 'singles' : 'doubles');
  }

  /** Whether a text of several lines stands for itself: alone in its line, behind a head or at the start. */
  #isDocumentation(at: number): boolean {
    const line = this.#source.slice(this.#source.lastIndexOf('\n', at - 1) + 1, at);
    return line.trim() === '' && /^$|:$/.test(this.#codeBefore(at).trim());
  }

  /** The last characters of code before a place, blanks between them as one, comments left out. */
  #codeBefore(place: number): string {
    let text = '';
    let comment = this.#comments.length - 1;
    for (let at = place - 1; at >= this.#since && text.length < LOOK_BACK; at -= 1) {
      const found = this.#comments[comment];
      if (found && at < found.end) {
        at = found.start;
        comment -= 1;
        continue;
      }
      const char = this.#source[at]!;
      if (/\S/.test(char)) text = char + text;
      else if (!text.startsWith(' ')) text = ` ${text}`;
    }
    return text.length < LOOK_BACK ? this.#before + text : text;
  }

  #readComment(): void {
    const source = this.#source;
    const start = this.#at;
    const [closer, from] =
      this.#mode === 'line'
        ? ['\n', start]
        : this.#mode === 'block'
          ? ['*/', start + 2]
          : [source.slice(start, start + 3), start + 3];
    const found = source.indexOf(closer, from);
    const end = found < 0 ? source.length : found + closer.length;
    this.#put(end, 'comment');
    this.#comments.push({ start, end });
    this.#mode = 'code';
  }

  #readString(): void {
    const source = this.#source;
    const mode = this.#mode;
    const closer = CLOSERS[mode]!;
    const width = mode === 'singles' || mode === 'doubles' ? 3 : 1;
    let inClass = false;
    for (let at = this.#at; at < source.length; at += 1) {
      const char = source.charCodeAt(at);
      if (char === BACKSLASH && mode !== 'raw') at += 1;
      else if (mode === 'template' && char === DOLLAR && source.charCodeAt(at + 1) === OPEN_BRACE) {
        this.#put(at, 'string');
        this.#put(at + 2, 'code');
        this.#braces.push(true);
        return this.#goOn('{');
      } else {
        if (mode === 'regex') inClass = char === OPEN_BRACKET || (inClass && char !== CLOSE_BRACKET);
        const ends = char === closer && !inClass && (width === 1 || source.startsWith(source[at]!.repeat(width), at));
        // A quote that no line ends is no string: better to go on than to blank the rest of the file.
        const broken = char === LINE_BREAK && mode !== 'template' && mode !== 'raw' && width === 1;
        if (!ends && !broken) continue;
        this.#put(ends ? at : at + 1, 'string');
        this.#put(at + (ends ? width : 1), 'code');
        return this.#goOn(')');
      }
    }
    this.#put(source.length, 'string');
  }

  /** Code goes on; `before` stands for what was before. */
  #goOn(before: string): void {
    this.#mode = 'code';
    this.#before = before;
    this.#since = this.#at;
    this.#comments = [];
  }
}

const CLOSERS: Readonly<Partial<Record<Mode, number>>> = {
  single: APOSTROPHE,
  double: QUOTE,
  singles: APOSTROPHE,
  doubles: QUOTE,
  template: BACKTICK,
  raw: BACKTICK,
  regex: SLASH,
};

function startsRegex(before: string): boolean {
  return (
    before === '' || /[(,=:[!&|?{};+\-*%~^<>]$|\b(?:return|typeof|case|in|of|do|else|void|delete|throw)$/.test(before)
  );
}

function isBlank(char: number): boolean {
  return (char >= 9 && char <= 13) || char === 32 || (char > 127 && /\s/.test(String.fromCharCode(char)));
}

function isWordPart(char: number): boolean {
  return (
    (char >= 97 && char <= 122) ||
    (char >= 65 && char <= 90) ||
    (char >= 48 && char <= 57) ||
    char === 95 ||
    char === DOLLAR
  );
}

/**
 * Code without what does not change its meaning: comments, blanks outside of strings, trailing commas, the kind of quotes. Two texts
 * that differ only there are equal. In Python, the blanks that a statement starts with are kept: they say what it belongs to.
 */
export function normalizedCode(source: string, language: CodeLanguage = 'javascript'): string {
  if (language === 'python') return normalizedPython(source);
  const { code, bare } = scanCode(source, language);
  return compact(code, bare);
}

/** Statements line by line with their indentation, those of several lines as one, empty lines left out. */
function normalizedPython(source: string): string {
  const { code, bare } = scanCode(source, 'python');
  const statements: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= bare.length; at += 1) {
    const char = bare[at];
    if (char === '(' || char === '[' || char === '{') depth += 1;
    else if (char === ')' || char === ']' || char === '}') depth = Math.max(0, depth - 1);
    const isEnd = char === undefined || (char === '\n' && depth === 0 && bare[at - 1] !== '\\');
    if (!isEnd) continue;
    const [text, plain] = [code.slice(start, at), bare.slice(start, at)];
    start = at + 1;
    if (text.trim() === '') continue;
    statements.push(/^[ \t]*/.exec(text)![0].replaceAll('\t', '    ') + compact(text, plain));
  }
  return statements.join('\n');
}

function compact(code: string, bare: string): string {
  const kept: string[] = [];
  let last = 0;
  let gap = false;
  // The stretch that is kept as it stands begins here.
  let from = 0;
  for (let at = 0; at < code.length; at += 1) {
    const char = code.charCodeAt(at);
    const inString = bare.charCodeAt(at) !== char;
    if (!inString && isBlank(char)) {
      if (!gap) kept.push(code.slice(from, at));
      gap = true;
      from = at + 1;
      continue;
    }
    if (gap) {
      if (isWordPart(char) && isWordPart(last)) kept.push(' ');
      from = at;
    }
    gap = false;
    last = char;
    if (inString || char !== QUOTE) continue;
    kept.push(code.slice(from, at), "'");
    from = at + 1;
    last = APOSTROPHE;
  }
  if (!gap) kept.push(code.slice(from));
  return kept
    .join('')
    .replaceAll(/,(?=[)\]}])/g, '')
    .replaceAll(/;(?=\}|$)/g, '');
}
