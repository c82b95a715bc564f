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
  const code: string[] = [];
  const bare: string[] = [];
  const nesting: number[] = [];
  let mode: Mode = 'code';
  let before = '';
  let inClass = false;
  let opening = 0;
  const put = (text: string, kind: 'code' | 'string' | 'comment'): void => {
    // Not a blank: what is left of a string must not be taken for blanks between words.
    const blank = text.replaceAll(/[^\n]/g, kind === 'comment' ? ' ' : STRING_FILL);
    code.push(kind === 'comment' ? blank : text);
    bare.push(kind === 'code' ? text : blank);
  };
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!;
    const pair = source.slice(at, at + 2);
    if (mode === 'code') {
      const next = opened(char, pair, before);
      if (next === 'line' || next === 'block') {
        put(pair, 'comment');
        at++;
        opening = at;
        mode = next;
        continue;
      }
      put(char, 'code');
      if (next) mode = next;
      else if (char === '{') nesting.push(0);
      else if (char === '}' && nesting.pop() === 1) mode = 'template';
      if (/\S/.test(char)) before = (before + char).slice(-12);
      else if (before !== '' && !before.endsWith(' ')) before += ' ';
      continue;
    }
    if (mode === 'line' || mode === 'block') {
      put(char, 'comment');
      if (mode === 'line' && char === '\n') mode = 'code';
      if (mode === 'block' && at > opening + 1 && source.slice(at - 1, at + 1) === '*/') mode = 'code';
      continue;
    }
    if (char === '\\') {
      put(pair, 'string');
      at++;
      continue;
    }
    if (mode === 'template' && pair === '${') {
      put(pair, 'code');
      at++;
      nesting.push(1);
      mode = 'code';
      before = '{';
      continue;
    }
    if (mode === 'regex') inClass = char === '[' || (inClass && char !== ']');
    const ends = CLOSERS[mode] === char && !(mode === 'regex' && inClass);
    // A quote that no line ends is no string: better to go on than to blank the rest of the file.
    const broken = char === '\n' && mode !== 'template';
    put(char, ends ? 'code' : 'string');
    if (!ends && !broken) continue;
    mode = 'code';
    inClass = false;
    before = ')';
  }
  return { code: code.join(''), bare: bare.join('') };
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
  let gap = false;
  for (let at = 0; at < code.length; at++) {
    const char = code[at]!;
    const inString = bare[at] !== char;
    if (!inString && /\s/.test(char)) {
      gap = true;
      continue;
    }
    if (gap && /[\w$]/.test(char) && /[\w$]$/.test(out)) out += ' ';
    gap = false;
    out += !inString && char === '"' ? "'" : char;
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

/** Text for a sentence or a record: no control characters, bounded. */
export function bounded(text: string, limit: number): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
