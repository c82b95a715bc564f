import type { Context } from '@headroom/contracts';
import type { DossierDocument } from '@headroom/investigation';
import type { EffectivePolicy } from '@headroom/platform';
import type { PlaybookInput, RevertPort } from '@headroom/skills';
import { redactSetting } from '@headroom/tools';
import { findWords, limitViolations, revertCommit, type GitMirror } from '@headroom/workspace';
import { readSuspect } from './suspect.reader.js';

/** What a case is drafted from. */
export interface CaseSources {
  context: Context & Required<Pick<Context, 'base' | 'dossier'>>;
  document: DossierDocument;
  mirror: GitMirror;
  policy: EffectivePolicy;
  signal: AbortSignal;
}

/** Everything that a playbook may look at, read from the dossier, the base, and git. */
export async function playbookInputOf({
  context,
  document,
  mirror,
  policy,
  signal,
}: CaseSources): Promise<PlaybookInput> {
  const { base, rootCause } = context;
  const { regression } = document.finding;
  const suspect = await readSuspect(context, mirror);
  const cause = rootCause.status === 'named' ? rootCause.cause : undefined;
  return {
    subject: context.subject,
    readFile: (path) => mirror.readFile(base.commit, path),
    listFiles: () => mirror.listFiles(base.commit),
    ...(suspect && {
      suspect: {
        ...suspect,
        ...(cause?.kind === 'commit' && { title: cause.title }),
        ...(document.suspectDiff !== undefined && { diff: document.suspectDiff }),
      },
      readBefore: (path: string) => mirror.readFile(`${suspect.commit}^`, path),
    }),
    ...(regression && {
      chain: regression.chain.map(({ id }) => id),
      grownCallees: regression.grownCallees.map(({ id }) => id),
      cause: cause?.kind ?? 'none',
      figures: {
        metric: regression.metric,
        unitOfWork: regression.unitOfWork,
        before: regression.before,
        after: regression.after,
        delta: regression.delta,
        deltaOfService: regression.deltaOfService,
        deployment: regression.changePoint.deployment,
      },
    }),
    ...(cause?.kind === 'config' && { config: cause }),
    ...(cause?.kind === 'dependency' && { dependency: cause }),
    ...(cause?.kind === 'experiment' && { experiment: cause }),
    ranked: context.ranked.map(({ kind, title, score }) => ({ kind, title, score })),
    owners: context.owners,
    reverting: revertPort(mirror, base.commit, signal),
    refusals: (patch) => limitViolations(patch, policy.policy).map(({ message }) => message),
    looksSecret: (key, value) => redactSetting(key, value).redacted > 0,
  };
}

function revertPort(mirror: GitMirror, base: string, signal: AbortSignal): RevertPort {
  return {
    revert: (commit) => revertCommit(mirror, { base, commit, signal }),
    findWords: (tree, words) => findWords(mirror, { tree, words, signal }),
  };
}
