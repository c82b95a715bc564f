import { HeadroomError } from '@headroom/contracts';

/** Lines of a file that a change replaced. A count of 0 names the line before the place. */
export interface DiffHunk {
  /** 1-based first line in the old file. */
  oldStart: number;
  oldLines: number;
  /** 1-based first line in the new file. */
  newStart: number;
  newLines: number;
  /** Lines that came, without their `+` and line break. */
  added: string[];
  /** Lines that went. */
  removed: string[];
}

/** What happened to a file. */
export type FileStatus = 'added' | 'deleted' | 'modified' | 'renamed' | 'copied';

/** The change of one file. */
export interface FileDiff {
  /** Path afterwards; for a deleted file its path before. */
  path: string;
  /** Path before; absent for an added file. */
  oldPath?: string;
  status: FileStatus;
  /** Git file modes where the diff names them, such as `100755`. */
  oldMode?: string;
  newMode?: string;
  /** The content is not shown as lines. */
  binary: boolean;
  hunks: DiffHunk[];
}

/**
 * Reads a unified diff as git writes it. Strict: a line that belongs to nothing is an error, so that nothing can hide from the
 * reader that `git apply` would still act on.
 * @throws HeadroomError `HEADROOM_PATCH_INVALID` with the number of the line
 */
export function parseUnifiedDiff(text: string): FileDiff[] {
  const reader = new DiffReader(text);
  const files: FileDiff[] = [];
  while (!reader.done) files.push(reader.file());
  return files;
}

type Header = Omit<FileDiff, 'path' | 'status' | 'hunks' | 'binary'> & {
  names: readonly [string, string] | undefined;
  from?: string;
  to?: string;
  operation?: 'renamed' | 'copied' | 'added' | 'deleted';
};

class DiffReader {
  readonly #lines: string[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text.split('\n');
    // The line break at the end of the text ends the last line; it starts no other one.
    if (this.#lines.at(-1) === '') this.#lines.pop();
  }

  get done(): boolean {
    return this.#at >= this.#lines.length;
  }

  get #line(): string | undefined {
    return this.#lines[this.#at];
  }

  #fail(problem: string): never {
    throw new HeadroomError(`Line ${this.#at + 1} of the patch ${problem}. Make it with "git diff".`, {
      code: 'HEADROOM_PATCH_INVALID',
      details: { line: this.#at + 1, problem },
    });
  }

  file(): FileDiff {
    const header = this.#header();
    if (this.#line?.startsWith('Binary files ')) {
      this.#at++;
      return this.#fileOf(header, [], true);
    }
    if (this.#line === 'GIT binary patch') {
      this.#skipBinary();
      return this.#fileOf(header, [], true);
    }
    if (!this.#line?.startsWith('--- ')) return this.#fileOf(header, [], false);
    this.#checkName(this.#line.slice(4), header, 'old');
    this.#at++;
    if (!this.#line?.startsWith('+++ ')) this.#fail('should start with "+++ "');
    this.#checkName(this.#line.slice(4), header, 'new');
    this.#at++;
    const hunks: DiffHunk[] = [];
    while (this.#line?.startsWith('@@ ')) hunks.push(this.#hunk());
    if (hunks.length === 0) this.#fail('should start a hunk with "@@ "');
    return this.#fileOf(header, hunks, false);
  }

  #header(): Header {
    const match = /^diff --git (.*)$/.exec(this.#line ?? '');
    if (!match) this.#fail('should start a file with "diff --git "');
    const header: Header = { names: headerNames(match[1]!) };
    for (this.#at++; !this.done; this.#at++) {
      const field = HEADER_FIELDS.find(([prefix]) => this.#line!.startsWith(prefix));
      if (!field) break;
      field[1](header, this.#line!.slice(field[0].length));
    }
    return header;
  }

  #checkName(text: string, header: Header, side: 'old' | 'new'): void {
    // Git ends a name that holds blanks with a tab.
    const name = unquoted(text.replace(/\t$/, ''));
    if (name === undefined) this.#fail('holds a name that cannot be read');
    if (name === '/dev/null') {
      if (header.operation === (side === 'old' ? 'added' : 'deleted')) return;
      this.#fail('names /dev/null without saying that the file is new or deleted');
    }
    const prefix = side === 'old' ? 'a/' : 'b/';
    const expected = side === 'old' ? (header.from ?? header.names?.[0]) : (header.to ?? header.names?.[1]);
    if (!name.startsWith(prefix)) this.#fail(`names a file without the prefix "${prefix}"`);
    if (name.slice(2) !== expected) this.#fail('names another file than the line "diff --git" above it');
  }

  #fileOf(header: Header, hunks: DiffHunk[], binary: boolean): FileDiff {
    const oldPath = header.from ?? header.names?.[0];
    const newPath = header.to ?? header.names?.[1];
    if (oldPath === undefined || newPath === undefined) this.#fail('ends a file whose name cannot be read');
    for (const path of [oldPath, newPath])
      if (isUnsafe(path)) this.#fail('ends a file whose path leaves the repository');
    const status = header.operation ?? 'modified';
    if (oldPath !== newPath && status !== 'renamed' && status !== 'copied') this.#fail('ends a file with two names');
    return {
      path: newPath,
      ...(status === 'added' ? {} : { oldPath }),
      status,
      ...(header.oldMode === undefined ? {} : { oldMode: header.oldMode }),
      ...(header.newMode === undefined ? {} : { newMode: header.newMode }),
      binary,
      hunks,
    };
  }

  #hunk(): DiffHunk {
    const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(this.#line!);
    if (!match) this.#fail('is no hunk header');
    const [oldStart, oldLines, newStart, newLines] = [match[1], match[2] ?? 1, match[3], match[4] ?? 1].map(Number);
    const hunk: DiffHunk = {
      oldStart: oldStart!,
      oldLines: oldLines!,
      newStart: newStart!,
      newLines: newLines!,
      added: [],
      removed: [],
    };
    let [oldLeft, newLeft] = [hunk.oldLines, hunk.newLines];
    for (this.#at++; oldLeft > 0 || newLeft > 0 || this.#line?.startsWith('\\'); this.#at++) {
      const line = this.#line;
      if (line === undefined) this.#fail('is missing: the hunk is cut off');
      const kind = line === '' ? ' ' : line[0]!;
      if (kind === '\\') continue;
      if (kind === '+') hunk.added.push(line.slice(1));
      else if (kind === '-') hunk.removed.push(line.slice(1));
      else if (kind !== ' ') this.#fail('starts with none of " ", "+", "-" and "\\"');
      if (kind !== '+') oldLeft--;
      if (kind !== '-') newLeft--;
      if (oldLeft < 0 || newLeft < 0) this.#fail('is one more than the hunk header says');
    }
    return hunk;
  }

  #skipBinary(): void {
    for (this.#at++; !this.done && !this.#line!.startsWith('diff --git '); this.#at++) {
      if (!/^(?:|(?:literal|delta) \d+|[A-Za-z][0-9A-Za-z!#$%&()*+\-;<=>?@^_`{|}~]+)$/.test(this.#line!)) {
        this.#fail('is no line of a binary patch');
      }
    }
  }
}

const HEADER_FIELDS = [
  ['old mode ', (header, value) => (header.oldMode = value)],
  ['new mode ', (header, value) => (header.newMode = value)],
  [
    'deleted file mode ',
    (header, value) => {
      header.operation = 'deleted';
      header.oldMode = value;
    },
  ],
  [
    'new file mode ',
    (header, value) => {
      header.operation = 'added';
      header.newMode = value;
    },
  ],
  ['copy from ', (header, value) => (header.from = unquoted(value))],
  [
    'copy to ',
    (header, value) => {
      header.operation = 'copied';
      header.to = unquoted(value);
    },
  ],
  ['rename from ', (header, value) => (header.from = unquoted(value))],
  [
    'rename to ',
    (header, value) => {
      header.operation = 'renamed';
      header.to = unquoted(value);
    },
  ],
  ['similarity index ', () => undefined],
  ['dissimilarity index ', () => undefined],
  [
    'index ',
    (header, value) => {
      const mode = / (\d{6})$/.exec(value)?.[1];
      if (mode === undefined) return;
      header.oldMode ??= mode;
      header.newMode ??= mode;
    },
  ],
] as const satisfies readonly (readonly [string, (header: Header, value: string) => void])[];

function isUnsafe(path: string): boolean {
  return (
    path === '' ||
    path.startsWith('/') ||
    path.includes('\0') ||
    path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')
  );
}

/** The two names of a line `diff --git`; undefined where they differ and blanks leave open where the first one ends. */
function headerNames(text: string): readonly [string, string] | undefined {
  const split = text.startsWith('"') ? endOfQuoted(text) : unquotedSplit(text);
  if (split === undefined) return undefined;
  const [before, after] = [unquoted(text.slice(0, split)), unquoted(text.slice(split + 1))];
  if (!before?.startsWith('a/') || !after?.startsWith('b/')) return undefined;
  return [before.slice(2), after.slice(2)];
}

function endOfQuoted(text: string): number | undefined {
  const match = /^"(?:[^"\\]|\\.)*"/.exec(text);
  return match ? match[0].length : undefined;
}

function unquotedSplit(text: string): number | undefined {
  const quotedSecond = text.endsWith('"') ? text.indexOf(' "b/') : -1;
  if (quotedSecond > 0) return quotedSecond;
  // `a/NAME b/NAME`: both halves are equally long.
  const middle = (text.length - 1) / 2;
  return text[middle] === ' ' && text.slice(2, middle) === text.slice(middle + 3) ? middle : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
};

/** A name as git writes it: as it is, or in double quotes with the escapes of C and octal bytes. Undefined when malformed. */
function unquoted(text: string): string | undefined {
  if (!text.startsWith('"')) return text;
  if (endOfQuoted(text) !== text.length) return undefined;
  const parts: Buffer[] = [];
  for (const [part] of text.slice(1, -1).matchAll(/\\[0-3][0-7]{2}|\\.|[^\\]+/gs)) {
    if (!part.startsWith('\\')) parts.push(Buffer.from(part));
    else if (part.length === 4) parts.push(Buffer.from([Number.parseInt(part.slice(1), 8)]));
    else {
      const byte = ESCAPES[part[1]!];
      if (byte === undefined) return undefined;
      parts.push(Buffer.from([byte]));
    }
  }
  return Buffer.concat(parts).toString('utf8');
}
