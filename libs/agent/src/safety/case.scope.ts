import { reachableFiles } from '@headroom/workspace';

/**
 * Files that the edits of a case may touch, in byte order: those of the subject and of the other frames of the finding, those of its
 * cause, and what the subject's file reaches by imports: where the verifier looks for its callees too.
 * @param options.frames function ids; those of packages and of the runtime have no file in the repository
 * @param options.read text of a file of the base; undefined where there is none. Asked for many that are not there: one reader for all
 */
export async function caseScope(options: {
  subject: string;
  frames: readonly string[];
  causeFiles: readonly string[];
  read: (path: string) => Promise<string | undefined>;
}): Promise<string[]> {
  const { subject, frames, causeFiles, read } = options;
  const reached = await reachableFiles(fileOf(subject), read);
  const named = [...new Set([...frames.map(fileOf), ...causeFiles])].filter((path) => !reached.includes(path));
  const there = await Promise.all(named.map(async (path) => ((await read(path)) === undefined ? [] : [path])));
  return [...reached, ...there.flat()].sort();
}

function fileOf(functionId: string): string {
  return functionId.slice(0, functionId.indexOf(':'));
}
