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

class CodeScanner {
  readonly #source: string;
  readonly #code: string[] = [];
  readonly #bare: string[] = [];
  /** Open braces; true for one that a template will go on behind. */
  readonly #braces: boolean[] = [];
  #at = 0;
  #mode: Mode = 'code';
  /** The last characters of code that are no blanks. */
  #before = '';
  #opening = 0;
  #inClass = false;

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

  #put(length: number, kind: 'code' | 'string' | 'comment'): void {
    const text = this.#source.slice(this.#at, this.#at + length);
    // Not a blank: what is left of a string must not be taken for blanks between words.
    const blank = text.replaceAll(/[^\n]/g, kind === 'comment' ? ' ' : STRING_FILL);
    this.#code.push(kind === 'comment' ? blank : text);
    this.#bare.push(kind === 'code' ? text : blank);
    this.#at += length;
  }

  #readCode(): void {
    const char = this.#source[this.#at]!;
    const next = opened(char, this.#source.slice(this.#at, this.#at + 2), this.#before);
    if (next === 'line' || next === 'block') {
      this.#opening = this.#at;
      this.#mode = next;
      this.#put(2, 'comment');
      return;
    }
    this.#put(1, 'code');
    if (next) this.#mode = next;
    else if (char === '{') this.#braces.push(false);
    else if (char === '}' && this.#braces.pop()) this.#mode = 'template';
    if (/\S/.test(char)) this.#before = (this.#before + char).slice(-12);
    else if (this.#before !== '' && !this.#before.endsWith(' ')) this.#before += ' ';
  }

  #readComment(): void {
    const char = this.#source[this.#at]!;
    const closes =
      this.#mode === 'line'
        ? char === '\n'
        : char === '/' && this.#source[this.#at - 1] === '*' && this.#at > this.#opening + 2;
    this.#put(1, 'comment');
    if (closes) this.#mode = 'code';
  }

  #readString(): void {
    const char = this.#source[this.#at]!;
    if (char === '\\') {
      this.#put(2, 'string');
      return;
    }
    if (this.#mode === 'template' && this.#source.startsWith('${', this.#at)) {
      this.#put(2, 'code');
      this.#braces.push(true);
      this.#mode = 'code';
      this.#before = '{';
      return;
    }
    if (this.#mode === 'regex') this.#inClass = char === '[' || (this.#inClass && char !== ']');
    const ends = CLOSERS[this.#mode] === char && !this.#inClass;
    // A quote that no line ends is no string: better to go on than to blank the rest of the file.
    const broken = char === '\n' && this.#mode !== 'template';
    this.#put(1, ends ? 'code' : 'string');
    if (!ends && !broken) return;
    this.#mode = 'code';
    this.#inClass = false;
    this.#before = ')';
  }
}

const CLOSERS: Readonly<Record<string, string>> = { single: "'", double: '"', template: '`', regex: '/' };
const OPENERS: Readonly<Record<string, Mode>> = { "'": 'single', '"': 'double', '`': 'template' };

function opened(char: string, pair: string, before: string): Mode | undefined {
  if (pair === '//') return 'line';
  if (pair === '/*') return 'block';
  if (char === '/') return startsRegex(before.trimEnd()) ? 'regex' : undefined;
  return OPENERS[char];
}

function startsRegex(before: string): boolean {
  return (
    before === '' || /[(,=:[!&|?{};+\-*%~^<>]$|\b(?:return|typeof|case|in|of|do|else|void|delete|throw)$/.test(before)
  );
}

/**
 * Code without what does not change its meaning: comments, blanks outside of strings, trailing commas, the kind of quotes. Two texts
 * that differ only there are equal.
 */
export function normalizedCode(source: string): string {
  const { code, bare } = scanCode(source);
  let out = '';
  let last = '';
  let gap = false;
  for (let at = 0; at < code.length; at++) {
    const char = code[at]!;
    const inString = bare[at] !== char;
    if (!inString && /\s/.test(char)) {
      gap = true;
      continue;
    }
    if (gap && /[\w$]/.test(char) && /[\w$]/.test(last)) out += ' ';
    gap = false;
    last = !inString && char === '"' ? "'" : char;
    out += last;
  }
  return out.replaceAll(/,(?=[)\]}])/g, '').replaceAll(/;(?=\}|$)/g, '');
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

/** Names that a line of code gives a value to: declarations, assignments, properties of a literal, mutated collections. */
export function definedNames(bareLine: string): string[] {
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
