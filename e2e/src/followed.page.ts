/** A file or a command of a page, in the page's order. */
export type PageStep = PageFile | PageCommand;

/** A block of code below a line that is a path in backticks and a colon. */
export interface PageFile {
  readonly kind: 'file';
  readonly path: string;
  readonly text: string;
}

/** A line `$ …` of a block `console`, with the lines that follow where it ends with a backslash. */
export interface PageCommand {
  readonly kind: 'command';
  readonly command: string;
  /** What the page shows below it, up to the next command. */
  readonly shown: string;
}

const BLOCK = /(?:^`([^`\n]+)`:\n\n)?^```(\w*)\n([\s\S]*?)^```$/gm;

/** Files and commands of a page in Markdown. */
export function stepsOf(markdown: string): PageStep[] {
  return [...markdown.matchAll(BLOCK)].flatMap(([, path, language, text = '']): PageStep[] => {
    if (path !== undefined) return [{ kind: 'file', path, text }];
    return language === 'console' ? commandsOf(text) : [];
  });
}

function commandsOf(text: string): PageCommand[] {
  const parts = text.split(/^\$ /m);
  if (parts[0] !== '') throw new Error(`the block does not begin with a command: ${text}`);
  return parts.slice(1).map((part) => {
    const [, command = '', shown = ''] = /^((?:[^\n]*\\\n)*[^\n]*)\n([\s\S]*)$/.exec(part) ?? [];
    return { kind: 'command', command, shown };
  });
}

/** What differs from run to run, in words of a shown output. */
const VARIES: readonly [RegExp, string][] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`],
  [/(?<=127\.0\.0\.1:)\d+/g, String.raw`\d+`],
  [/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{20}|[0-9a-f]{16}|[0-9a-f]{10})\b/g, '[0-9a-f]+'],
  [/^\d+\.\d+$/g, String.raw`\d+(?:\.\d+)?`],
  [/…/g, String.raw`[\s\S]*?`],
];

/**
 * Whether an output is what a page shows: word for word, apart from white space, times, ports, digests, ids, commits and fractions;
 * `…` stands for anything.
 */
export function isAsShown(output: string, shown: string): boolean {
  const words = shown.split(/\s+/).filter((word) => word !== '');
  const pattern = words.map((word) => patternOf(word)).join(String.raw`\s+`);
  return new RegExp(`^${pattern}$`).test(output.trim());
}

function patternOf(word: string, at = 0): string {
  const found = VARIES[at];
  if (!found) return word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const [varying, pattern] = found;
  return word
    .split(varying)
    .map((part) => (part === '' ? '' : patternOf(part, at + 1)))
    .join(pattern);
}
