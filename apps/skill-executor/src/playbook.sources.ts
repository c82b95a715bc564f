import { HeadroomError, type Context, type Finding, type Regression } from '@headroom/contracts';
import type { DossierDocument } from '@headroom/investigation';
import type { EffectivePolicy, Logger } from '@headroom/platform';
import { decodeStacks, type Stacks } from '@headroom/profiling';
import type { BlobStore } from '@headroom/runtime';
import { costDomains, type CostDomain, type PlaybookInput, type RevertPort } from '@headroom/skills';
import { redactSetting } from '@headroom/tools';
import { findWords, limitViolations, revertCommit, type GitMirror } from '@headroom/workspace';
import { readSuspect } from './suspect.reader.js';

/** What a case is drafted from. */
export interface CaseSources {
  context: Context & Required<Pick<Context, 'base' | 'dossier'>>;
  document: DossierDocument;
  mirror: GitMirror;
  /** Text of a file of the base; undefined where there is none. */
  readBase: (path: string) => Promise<string | undefined>;
  policy: EffectivePolicy;
  signal: AbortSignal;
  /** For what is told of the case while it is drafted. */
  logger: Logger;
  /** Costs around the subject on both sides of the change point; none for an opportunity. */
  domains: readonly CostDomain[];
}

/** Everything that a playbook may look at, read from the dossier, the base, and git. */
export async function playbookInputOf({
  context,
  document,
  mirror,
  readBase,
  policy,
  signal,
  domains,
}: CaseSources): Promise<PlaybookInput> {
  const { base, rootCause } = context;
  const { regression } = document.finding;
  const suspect = await readSuspect(context, mirror);
  const cause = rootCause.status === 'named' ? rootCause.cause : undefined;
  return {
    subject: context.subject,
    version: base.commit,
    readFile: readBase,
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
      figures: figuresOf(regression),
      domains,
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

/** The costs around the subject of a regression, from the profiles that the finding names; none where these are no longer kept. */
export async function readDomains({ subject, regression }: Finding, blobs: BlobStore): Promise<CostDomain[]> {
  if (!regression) return [];
  const { before, after } = regression.profiles;
  const read = (side: typeof before): Promise<Stacks[]> =>
    Promise.all(side.map(async (ref) => decodeStacks(await blobs.get(ref))));
  try {
    return costDomains({
      subject,
      chain: regression.chain.map(({ id }) => id),
      figures: figuresOf(regression),
      before: await read(before),
      after: await read(after),
      evidence: [...before, ...after].map(({ sha256 }) => `profile ${sha256.slice(0, 16)}`),
    });
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'HEADROOM_BLOB_MISSING') return [];
    throw error;
  }
}

function figuresOf(regression: Regression): NonNullable<PlaybookInput['figures']> {
  const { metric, unitOfWork, before, after, delta, deltaOfService, changePoint } = regression;
  return { metric, unitOfWork, before, after, delta, deltaOfService, deployment: changePoint.deployment };
}

function revertPort(mirror: GitMirror, base: string, signal: AbortSignal): RevertPort {
  return {
    revert: (commit) => revertCommit(mirror, { base, commit, signal }),
    findWords: (tree, words) => findWords(mirror, { tree, words, signal }),
  };
}
