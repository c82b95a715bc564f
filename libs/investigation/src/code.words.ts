import type { CodeLanguage } from './code.language.js';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Keywords, and names that stand for nothing in particular. */
const WORDS: Readonly<Record<CodeLanguage, ReadonlySet<string>>> = {
  javascript: words(
    'abstract any as async await boolean break case catch class const constructor continue debugger declare default delete do else ' +
      'enum export extends false finally for from function get if implements import in instanceof interface is keyof let new null ' +
      'number object of private protected public readonly return satisfies set static string super switch symbol this throw true try ' +
      'type typeof undefined unknown var void while with yield length map filter forEach push console log Math JSON Object Array String ' +
      'Number Promise Map Set',
  ),
  python: words(
    'and as assert async await bool break case cls class continue def del dict elif else except False finally float for from global if ' +
      'import in int is isinstance lambda len list match None nonlocal not object or pass print raise range return self set str super ' +
      'True try tuple type while with yield append add get items keys values',
  ),
  go: words(
    'any append bool break byte case cap chan const context continue copy ctx default defer delete else err error fallthrough false ' +
      'float64 fmt for func go goto if import int int64 interface iota len log make map new nil package panic range return rune select ' +
      'string struct switch true type uint var',
  ),
  java: words(
    'abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally ' +
      'float for if implements import instanceof int interface Integer List log logger long Map native new null Object out package ' +
      'private protected public record return short static String super switch synchronized System this throw throws transient true ' +
      'try var void volatile while yield add get put size length',
  ),
};

/** Names that a text of code uses, without keywords and names that stand for nothing in particular. Give text without strings. */
export function identifiersOf(bare: string, language: CodeLanguage = 'javascript'): Set<string> {
  return new Set((bare.match(/[A-Za-z_$][\w$]*/g) ?? []).filter((word) => !WORDS[language].has(word)));
}

/** A type has no value, and costs nothing when the program runs. */
const TYPE_DECLARATION = /^\s*(?:export\s+)?(?:declare\s+)?(?:type|interface)\s+[A-Za-z_$]/;

/** Names, or lists of names, that a line gives a value to. */
const DEFINING: Readonly<Record<CodeLanguage, readonly RegExp[]>> = {
  javascript: [
    /\b(?:const|let|var)\s+(?:\{([^}]*)\}|\[([^\]]*)\]|([A-Za-z_$][\w$]*))/g,
    /([A-Za-z_$][\w$]*)\s*(?:[+\-*/%|&^]|\?\?|\|\||&&)?=(?![=>])/g,
    /([A-Za-z_$][\w$]*)\.(?:push|set|add|unshift|splice|sort)\(/g,
    /^\s*(?:readonly\s+|static\s+|public\s+|private\s+|#)*([A-Za-z_$][\w$]*)\s*:/g,
  ],
  python: [
    /^\s*([\w.]+(?:\s*,\s*\*?[\w.]+)*),?\s*(?::[^=]*)?(?:[+\-*/%|&^@]|\/\/|\*\*|<<|>>)?=(?!=)/g,
    /([A-Za-z_]\w*)\s*:?=(?!=)/g,
    /\bfor\s+(.+?)\s+in\b/g,
    /\bas\s+([A-Za-z_]\w*)/g,
    /([A-Za-z_]\w*)\.(?:append|add|extend|insert|update|setdefault|sort|pop|appendleft)\(/g,
  ],
  go: [
    /([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*:=/g,
    /\b(?:var|const)\s+([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)/g,
    /([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*(?:[+\-*/%|&^]|<<|>>|&\^)?=(?!=)/g,
    /^\s*([A-Za-z_]\w*)\s*:/g,
  ],
  java: [
    /([A-Za-z_$][\w$]*)\s*(?:[+\-*/%|&^]|<<|>>)?=(?!=)/g,
    /\bfor\s*\([^:;]*?([A-Za-z_$][\w$]*)\s*:/g,
    /([A-Za-z_$][\w$]*)\.(?:add|put|set|append|addAll|putAll|sort|push)\(/g,
  ],
};

/** Names that a line of code gives a value to: declarations, assignments, properties of a literal, mutated collections. */
export function definedNames(bareLine: string, language: CodeLanguage = 'javascript'): string[] {
  if (language === 'javascript' && TYPE_DECLARATION.test(bareLine)) return [];
  const names = DEFINING[language].flatMap((pattern) =>
    [...bareLine.matchAll(pattern)].flatMap(([, ...found]) => [...identifiersOf(found.join(' '), language)]),
  );
  return [...new Set(names)];
}

const LOOP: Readonly<Record<CodeLanguage, RegExp>> = {
  javascript:
    /\b(?:for|while|do)\b|\.(?:map|forEach|filter|reduce|reduceRight|flatMap|some|every|find|findIndex|findLast|sort|toSorted)\s*\(|\bArray\.from\s*\(/,
  python: /\b(?:for|while)\b|(?<![.\w])(?:map|filter|sorted|sum|any|all|reduce)\s*\(|\.sort\s*\(/,
  go: /\bfor\b|\b(?:sort|slices)\.(?:Slice|SliceStable|Sort\w*|Index\w*|Contains\w*)\s*\(/,
  java: /\b(?:for|while|do)\b|\.(?:map|mapToInt|mapToObj|forEach|filter|reduce|flatMap|anyMatch|allMatch|noneMatch|collect|sort|sorted|removeIf|replaceAll)\s*\(/,
};

/** Whether a line starts to repeat what stands below it. */
export function isLoopHeader(bareLine: string, language: CodeLanguage = 'javascript'): boolean {
  return LOOP[language].test(bareLine);
}

const GUARD = /\b(?:if|return|continue|break|else|case)\b|\?\?|&&|\|\||\.(?:get|has|set)\s*\(|cache|memo/i;
const PYTHON_GUARD =
  /\b(?:if|elif|return|continue|break|else|case|and|or|not|raise)\b|\.(?:get|setdefault)\s*\(|cache|memo/i;

/** Whether removed code decided that work is not done: a condition, an early end, a cache. */
export function isGuard(bareLine: string, language: CodeLanguage = 'javascript'): boolean {
  return (language === 'python' ? PYTHON_GUARD : GUARD).test(bareLine);
}

/** Width of the blanks that a line starts with; undefined for an empty line. */
export function indentOf(line: string): number | undefined {
  const match = /^([ \t]*)\S/.exec(line);
  return match ? match[1]!.replaceAll('\t', '  ').length : undefined;
}
