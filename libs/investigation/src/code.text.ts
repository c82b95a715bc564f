/** A text of code, and the same with parts blanked out. All three have the same length and the same lines. */
export interface CodeText {
  /** Comments blanked. */
  code: string;
  /** Comments and the contents of strings blanked. */
  bare: string;
}

const STRING_FILL = '\u0001';

type Mode = 'code' | 'line' | 'block' | 'single' | 'double' | 'template' | 'regex';

/**
 * Blanks comments and strings of JavaScript or TypeScript. A scanner and no parser: it also reads fragments and code that does not
 * compile. Whether a slash starts a regular expression is judged by what stands before it.
 */
export function scanCode(source: string): CodeText {
  return new CodeScanner(source).scan();
}

const [LINE_BREAK, QUOTE, APOSTROPHE, SLASH, STAR, BACKSLASH] = [10, 34, 39, 47, 42, 92];
const [BACKTICK, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, DOLLAR] = [96, 123, 125, 91, 93, 36];
/** As many characters before a slash decide what it is. */
const LOOK_BACK = 12;

/** Reads stretches of one kind at a time: generated code has megabytes of them. */
class CodeScanner {
  readonly #source: string;
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

  constructor(source: string) {
    this.#source = source;
  }

  scan(): CodeText {
    while (this.#at < this.#source.length) {
      if (this.#mode === 'code') this.#readCode();
      else if (this.#mode === 'line' || this.#mode === 'block') this.#readComment();
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
      } else if (char === QUOTE) return this.#turn(at + 1, 'double');
      else if (char === APOSTROPHE) return this.#turn(at + 1, 'single');
      else if (char === BACKTICK) return this.#turn(at + 1, 'template');
      else if (char === SLASH) {
        const next = source.charCodeAt(at + 1);
        if (next === SLASH || next === STAR) return this.#turn(at, next === SLASH ? 'line' : 'block');
        if (startsRegex(this.#codeBefore(at).trimEnd())) return this.#turn(at + 1, 'regex');
      }
    }
    this.#put(source.length, 'code');
  }

  #turn(end: number, mode: Mode): void {
    this.#put(end, 'code');
    this.#mode = mode;
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
    const found = this.#mode === 'line' ? source.indexOf('\n', start) : source.indexOf('*/', start + 2);
    const end = found < 0 ? source.length : found + (this.#mode === 'line' ? 1 : 2);
    this.#put(end, 'comment');
    this.#comments.push({ start, end });
    this.#mode = 'code';
  }

  #readString(): void {
    const source = this.#source;
    const mode = this.#mode;
    const closer = CLOSERS[mode]!;
    let inClass = false;
    for (let at = this.#at; at < source.length; at += 1) {
      const char = source.charCodeAt(at);
      if (char === BACKSLASH) at += 1;
      else if (mode === 'template' && char === DOLLAR && source.charCodeAt(at + 1) === OPEN_BRACE) {
        this.#put(at, 'string');
        this.#put(at + 2, 'code');
        this.#braces.push(true);
        return this.#goOn('{');
      } else {
        if (mode === 'regex') inClass = char === OPEN_BRACKET || (inClass && char !== CLOSE_BRACKET);
        const ends = char === closer && !inClass;
        // A quote that no line ends is no string: better to go on than to blank the rest of the file.
        const broken = char === LINE_BREAK && mode !== 'template';
        if (!ends && !broken) continue;
        this.#put(ends ? at : at + 1, 'string');
        this.#put(at + 1, 'code');
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
  template: BACKTICK,
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
 * that differ only there are equal.
 */
export function normalizedCode(source: string): string {
  const { code, bare } = scanCode(source);
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

const WORDS = new Set(
  (
    'abstract any as async await boolean break case catch class const constructor continue debugger declare default delete do else ' +
    'enum export extends false finally for from function get if implements import in instanceof interface is keyof let new null ' +
    'number object of private protected public readonly return satisfies set static string super switch symbol this throw true try ' +
    'type typeof undefined unknown var void while with yield length map filter forEach push console log Math JSON Object Array String ' +
    'Number Promise Map Set'
  ).split(' '),
);

/** Names that a text of code uses, without keywords and names that stand for nothing in particular. Give text without strings. */
export function identifiersOf(bare: string): Set<string> {
  return new Set((bare.match(/[A-Za-z_$][\w$]*/g) ?? []).filter((word) => !WORDS.has(word)));
}

/** A type has no value, and costs nothing when the program runs. */
const TYPE_DECLARATION = /^\s*(?:export\s+)?(?:declare\s+)?(?:type|interface)\s+[A-Za-z_$]/;

/** Names that a line of code gives a value to: declarations, assignments, properties of a literal, mutated collections. */
export function definedNames(bareLine: string): string[] {
  if (TYPE_DECLARATION.test(bareLine)) return [];
  const names: string[] = [];
  for (const [, braces, brackets, name] of bareLine.matchAll(
    /\b(?:const|let|var)\s+(?:\{([^}]*)\}|\[([^\]]*)\]|([A-Za-z_$][\w$]*))/g,
  )) {
    if (name) names.push(name);
    names.push(...identifiersOf(braces ?? brackets ?? ''));
  }
  for (const [, name] of bareLine.matchAll(/([A-Za-z_$][\w$]*)\s*(?:[+\-*/%|&^]|\?\?|\|\||&&)?=(?![=>])/g))
    names.push(name!);
  for (const [, name] of bareLine.matchAll(/([A-Za-z_$][\w$]*)\.(?:push|set|add|unshift|splice|sort)\(/g))
    names.push(name!);
  const property = /^\s*(?:readonly\s+|static\s+|public\s+|private\s+|#)*([A-Za-z_$][\w$]*)\s*:/.exec(bareLine);
  if (property) names.push(property[1]!);
  return names.filter((name) => !WORDS.has(name));
}

const LOOP =
  /\b(?:for|while|do)\b|\.(?:map|forEach|filter|reduce|reduceRight|flatMap|some|every|find|findIndex|findLast|sort|toSorted)\s*\(|\bArray\.from\s*\(/;

/** Whether a line starts to repeat what stands below it. */
export function isLoopHeader(bareLine: string): boolean {
  return LOOP.test(bareLine);
}

const GUARD = /\b(?:if|return|continue|break|else|case)\b|\?\?|&&|\|\||\.(?:get|has|set)\s*\(|cache|memo/i;

/** Whether removed code decided that work is not done: a condition, an early end, a cache. */
export function isGuard(bareLine: string): boolean {
  return GUARD.test(bareLine);
}

/** Width of the blanks that a line starts with; undefined for an empty line. */
export function indentOf(line: string): number | undefined {
  const match = /^([ \t]*)\S/.exec(line);
  return match ? match[1]!.replaceAll('\t', '  ').length : undefined;
}
