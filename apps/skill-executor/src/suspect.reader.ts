import type { Context } from '@headroom/contracts';
import { linesWrittenBy, type Suspect } from '@headroom/skills';
import type { GitMirror } from '@headroom/workspace';

/** The root-cause change as it stands on the base: which of its lines are left. Absent when no commit was named. */
export async function readSuspect(context: Context, mirror: GitMirror): Promise<Suspect | undefined> {
  const { rootCause, base } = context;
  if (!base || rootCause.status !== 'named' || rootCause.cause.kind !== 'commit') return undefined;
  const { commit } = rootCause.cause;
  const written: Suspect['written'][number][] = [];
  for (const { path } of await mirror.changedLines(commit)) {
    const source = await mirror.readFile(base.commit, path);
    if (source === undefined || source === '') continue;
    const endLine = source.replace(/\n$/, '').split('\n').length;
    written.push(linesWrittenBy(commit, path, await mirror.blame(base.commit, path, { startLine: 1, endLine })));
  }
  return { commit, written };
}
