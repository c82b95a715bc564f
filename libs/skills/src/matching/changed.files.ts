/** What a unified diff does to one file. */
export interface ChangedFile {
  /** Path after the change; before it, for a file that was removed. */
  readonly path: string;
  /** Lines without their `+`. */
  readonly added: readonly string[];
  /** Lines without their `-`. */
  readonly removed: readonly string[];
  /** Number of its hunks. */
  readonly hunks: number;
}

interface Open {
  path: string;
  added: string[];
  removed: string[];
  hunks: number;
}

/** What a unified diff changes, by file in the order of the diff. Text that is no diff gives nothing. */
export function changedFiles(diff: string): ChangedFile[] {
  const files: Open[] = [];
  let before = '';
  // Lines of the hunk that are still to come; within one, `---` and `+++` are removed and added lines.
  let [oldLeft, newLeft] = [0, 0];
  for (const line of diff.split('\n')) {
    const file = files.at(-1);
    if (file && (oldLeft > 0 || newLeft > 0)) {
      if (line.startsWith('+')) file.added.push(line.slice(1));
      if (line.startsWith('-')) file.removed.push(line.slice(1));
      if (!line.startsWith('+') && !line.startsWith('\\')) oldLeft--;
      if (!line.startsWith('-') && !line.startsWith('\\')) newLeft--;
      continue;
    }
    if (line.startsWith('--- ')) before = pathOf(line);
    if (line.startsWith('+++ ')) {
      const after = pathOf(line);
      files.push({ path: after === '/dev/null' ? before : after, added: [], removed: [], hunks: 0 });
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (hunk && file) {
      file.hunks++;
      [oldLeft, newLeft] = [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)];
    }
  }
  return files;
}

function pathOf(line: string): string {
  const name = line.slice(4).replace(/\t.*$/, '').replace(/\r$/, '');
  const plain = name.startsWith('"') ? unquoted(name) : name;
  return plain.replace(/^[ab]\//, '');
}

/** Git quotes names with special characters; octal escapes are bytes of UTF-8. */
function unquoted(name: string): string {
  const bytes = name
    .slice(1, -1)
    .replaceAll(/\\([0-7]{3}|.)/g, (_all, code: string) =>
      code.length === 3 ? String.fromCodePoint(Number.parseInt(code, 8)) : code,
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
