import { HeadroomError, type Change } from '@headroom/contracts';
import type { ProfileContent } from './read.profile.js';

/** Labels of samples that name a commit, in the order in which they are believed. */
export const COMMIT_LABELS = ['commit', 'git_sha', 'vcs.revision', 'version', 'service_git_ref'] as const;

/** Where the commit of a profile may be learnt from. */
export interface CommitSources {
  /** What the publisher says. */
  explicit?: string;
  /** What the environment of the profiled process, or of the publisher beside it, says. */
  environment?: string;
  /** Commits by build id of the program. */
  byBuildId?: Readonly<Record<string, string>>;
  /** Changes of the service in a stretch, as `ChangeIndex.changes` gives them. */
  changes?: (window: { from: string; to: string }) => Promise<readonly Change[]>;
}

/** The commit that a profile is of. */
export interface ProfileCommit {
  commit: string;
  from: 'option' | 'label' | 'environment' | 'build-id' | 'deployment';
  /** What later sources say instead, a sentence each. */
  conflicts: string[];
}

const FULL_COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
/** How far before a profile its deployment may lie: 30 days, in milliseconds. */
const LOOK_BACK_MS = 30 * 24 * 3600 * 1000;

interface Said {
  from: ProfileCommit['from'];
  commit: string;
}

/**
 * Which commit a profile is of. In this order: the explicit option; a label of its samples ({@link COMMIT_LABELS}); the environment;
 * a build id that is mapped; the last deployment before it began. The first that speaks wins, and the others are told as conflicts
 * where they say another. A label with several values, and a deployment within the stretch, speak for none. Undefined where none does.
 * @throws HeadroomError `HEADROOM_PROFILE_COMMIT_INVALID` where the winner is no full commit id
 */
export async function commitOfProfile(
  content: Pick<ProfileContent, 'labels' | 'buildIds'>,
  window: { from: string; to: string },
  sources: CommitSources,
): Promise<ProfileCommit | undefined> {
  const said: Said[] = [];
  if (sources.explicit !== undefined) said.push({ from: 'option', commit: sources.explicit });
  said.push(...labelled(content.labels));
  if (sources.environment !== undefined) said.push({ from: 'environment', commit: sources.environment });
  for (const id of content.buildIds) {
    const commit = sources.byBuildId?.[id];
    if (commit !== undefined) said.push({ from: 'build-id', commit });
  }
  if (sources.changes) said.push(...(await deployed(sources.changes, window)));
  const [first, ...rest] = said;
  if (!first) return undefined;
  if (!FULL_COMMIT.test(first.commit)) {
    throw new HeadroomError(
      `The ${first.from} says that the profile is of "${first.commit}", which is no full commit id; give the commit as 40 hexadecimal digits.`,
      { code: 'HEADROOM_PROFILE_COMMIT_INVALID' },
    );
  }
  const others = rest.filter(({ commit }) => commit !== first.commit);
  const conflicts = others.map(({ from, commit }) => `The ${from} says ${commit}, the ${first.from} ${first.commit}.`);
  return { ...first, conflicts };
}

function labelled(labels: ProfileContent['labels']): Said[] {
  return COMMIT_LABELS.flatMap((key) => {
    const values = labels[key] ?? [];
    // `version` is as often a release's name: only a commit counts there.
    const isMeant = values.length === 1 && (key !== 'version' || FULL_COMMIT.test(values[0]!));
    return isMeant ? [{ from: 'label' as const, commit: values[0]! }] : [];
  });
}

async function deployed(
  changes: NonNullable<CommitSources['changes']>,
  window: { from: string; to: string },
): Promise<Said[]> {
  const from = new Date(Date.parse(window.from) - LOOK_BACK_MS).toISOString();
  const found = (await changes({ from, to: window.to })).filter((change) => change.kind === 'code');
  const last = found.at(-1);
  const isDuring = last !== undefined && Date.parse(last.deployedAt) > Date.parse(window.from);
  return last?.commit === undefined || isDuring ? [] : [{ from: 'deployment', commit: last.commit }];
}
