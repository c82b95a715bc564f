/** A person as a commit names them. */
export interface CommitPerson {
  name: string;
  email: string;
}

/** A commit without its content. */
export interface CommitInfo {
  /** Full commit id. */
  commit: string;
  parents: string[];
  author: CommitPerson;
  /** When it was committed, ISO 8601. */
  committedAt: string;
  /** First paragraph of the message, on one line. */
  title: string;
  /** The rest of the message. */
  body: string;
}

/** Who wrote one line. */
export interface BlameLine {
  /** 1-based line in the blamed file. */
  line: number;
  /** Full id of the commit that wrote it. */
  commit: string;
  author: CommitPerson;
  /** When it was authored, ISO 8601. */
  authoredAt: string;
}

/** Format of `git log -z` that {@link parseLog} reads. */
export const LOG_FORMAT = ['%H', '%P', '%an', '%ae', '%cI', '%s', '%b'].join('%x00');
const FIELDS = 7;

/** Reads `git log -z --format=tformat:{@link LOG_FORMAT}`. */
export function parseLog(text: string): CommitInfo[] {
  const fields = text.split('\0');
  const commits: CommitInfo[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [commit, parents, name, email, committedAt, title, body] = fields.slice(at, at + FIELDS) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    commits.push({
      commit,
      parents: parents.split(' ').filter(Boolean),
      author: { name, email },
      committedAt,
      title,
      body: body.trimEnd(),
    });
  }
  return commits;
}

/** Reads `git blame --line-porcelain`. */
export function parseBlame(text: string): BlameLine[] {
  const lines: BlameLine[] = [];
  let current: BlameLine | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('\t')) {
      if (current) lines.push(current);
      current = undefined;
      continue;
    }
    const start = current ? null : /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(line);
    if (start) {
      current = { commit: start[1]!, line: Number(start[2]), author: { name: '', email: '' }, authoredAt: '' };
    } else if (current) {
      readField(current, line);
    }
  }
  return lines;
}

function readField(into: BlameLine, line: string): void {
  const space = line.indexOf(' ');
  const value = line.slice(space + 1);
  switch (line.slice(0, space)) {
    case 'author':
      into.author.name = value;
      break;
    case 'author-mail':
      into.author.email = value.replace(/^<|>$/g, '');
      break;
    case 'author-time':
      into.authoredAt = new Date(Number(value) * 1000).toISOString();
      break;
    default:
  }
}

/** A file that differs between two commits. */
export interface ChangedFile {
  /** Path afterwards; for a deleted file its path before. */
  path: string;
  /** Path before, where it is another one. */
  oldPath?: string;
  /** Lines that came and went; absent for binary content. */
  added?: number;
  removed?: number;
}

/** Reads `git diff --numstat -z`. */
export function parseNumstat(text: string): ChangedFile[] {
  const fields = text.split('\0');
  const files: ChangedFile[] = [];
  for (let at = 0; at < fields.length; at++) {
    const found = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(fields[at]!);
    if (!found) continue;
    const lines = found[1] === '-' ? {} : { added: Number(found[1]), removed: Number(found[2]) };
    // A rename has an empty path, and both paths as fields of their own.
    if (found[3] === '') files.push({ path: fields[at + 2]!, oldPath: fields[at + 1]!, ...lines });
    else files.push({ path: found[3]!, ...lines });
    if (found[3] === '') at += 2;
  }
  return files;
}
