import { HeadroomError } from '@headroom/contracts';
import type { FileStatus } from './unified.diff.js';

/** A file that differs between two commits, without its lines. */
export interface TreeChange {
  /** Path afterwards; for a deleted file its path before. */
  path: string;
  /** Path before; absent for an added file. */
  oldPath?: string;
  status: FileStatus;
  /** Ids of the contents; all zeros where there is none. */
  oldId: string;
  newId: string;
}

const STATUS: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  T: 'modified',
  R: 'renamed',
  C: 'copied',
};

const HEADER = /^([0-9a-f]+ [0-9a-f]+)\n/;

/**
 * Reads `git diff-tree --stdin --raw -z` of pairs of trees, in the order in which they were asked for. `asked`
 * says which there are, each as `<tree> <tree>`.
 */
export function parseTreeChanges(text: string, asked: readonly string[]): Map<string, TreeChange[]> {
  const found = new Map<string, TreeChange[]>(asked.map((pair) => [pair, []]));
  const fields = text.split('\0');
  let current: TreeChange[] | undefined;
  for (let at = 0; at < fields.length - 1; at += 1) {
    let field = fields[at]!;
    // The line that names the pair ends with a line break, the entries with NUL.
    for (let header = HEADER.exec(field); header; header = HEADER.exec(field)) {
      current = found.get(header[1]!);
      field = field.slice(header[0].length);
    }
    const entry = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(field);
    const status = entry && STATUS[entry[3]!];
    if (!entry || !status || !current) {
      throw new HeadroomError('git diff-tree gave what cannot be read.', { code: 'HEADROOM_GIT_FAILED' });
    }
    const [oldId, newId] = [entry[1]!, entry[2]!];
    const first = fields[(at += 1)]!;
    if (status === 'renamed' || status === 'copied') {
      current.push({ path: fields[(at += 1)]!, oldPath: first, status, oldId, newId });
    } else current.push({ path: first, ...(status === 'added' ? {} : { oldPath: first }), status, oldId, newId });
  }
  return found;
}
