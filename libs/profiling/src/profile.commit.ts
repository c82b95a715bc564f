import { HeadroomError, type Change } from '@headroom/contracts';
import type { ProfileContent } from './read.profile.js';

/** Labels of samples that name a commit, in the order in which they are believed. */
export const COMMIT_LABELS = ['commit', 'git_sha', 'vcs.revision', 'version', 'service_git_ref'] as const;

/** What a profile says of itself that names a commit. */
type ProfileTraces = Pick<ProfileContent, 'labels' | 'buildIds'>;

/** Which run of a service a profile is of. */
export interface ProfileOrigin {
  /** As `change.deployed` names it. */
  deployment: string;
  /** The profile's stretch, RFC 3339. */
  from: string;
  to: string;
}

/** Where the commit of a profile may be learnt from. */
export interface CommitSources {
  /** What the publisher says. */
  explicit?: string;
  /** What the environment of the profiled process, or of the publisher beside it, says. */
  environment?: string;
  /** Changes of the service in a stretch, earliest first, as `ChangeIndex.changes` gives them: by their build ids, and by the deployment. */
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
const DAY_MS = 86_400_000;
/** How far before a profile its deployment may lie, milliseconds: as long as the index keeps changes. */
const LOOK_BACK_MS = 180 * DAY_MS;
/** A deployment is told when it is done, which may be after the profile of its first process. */
const LOOK_AHEAD_MS = DAY_MS;

interface Said {
  from: ProfileCommit['from'];
  commit: string;
}

/** Whether a text is the full id of a commit. */
export function isFullCommit(text: string): boolean {
  return FULL_COMMIT.test(text);
}

/**
 * Which commit a profile is of. In this order: the explicit option; a label of its samples ({@link COMMIT_LABELS}); the environment;
 * the last change with one of its build ids; the change of its deployment, or where that was one of settings, the code deployment
 * before it. The first that speaks wins, and the others are told as conflicts where they say another. A label with several values,
 * and a deployment that no change names, speak for none: the one before it would be a guess. Undefined where none does.
 * @throws HeadroomError `HEADROOM_PROFILE_COMMIT_INVALID` where the winner is no full commit id
 */
export async function commitOfProfile(
  content: ProfileTraces,
  origin: ProfileOrigin,
  sources: CommitSources,
): Promise<ProfileCommit | undefined> {
  const said: Said[] = [];
  if (sources.explicit !== undefined) said.push({ from: 'option', commit: sources.explicit });
  said.push(...labelled(content.labels));
  if (sources.environment !== undefined) said.push({ from: 'environment', commit: sources.environment });
  if (sources.changes) {
    const from = new Date(Date.parse(origin.from) - LOOK_BACK_MS).toISOString();
    const to = new Date(Date.parse(origin.to) + LOOK_AHEAD_MS).toISOString();
    const changes = await sources.changes({ from, to });
    said.push(...built(changes, content.buildIds), ...deployed(changes, origin.deployment));
  }
  const [first, ...rest] = said;
  if (!first) return undefined;
  if (!isFullCommit(first.commit)) {
    throw new HeadroomError(
      `The ${first.from} says that the profile is of "${first.commit}", which is no full commit id; give the commit as 40 hexadecimal digits.`,
      { code: 'HEADROOM_PROFILE_COMMIT_INVALID' },
    );
  }
  const others = rest.filter(({ commit }) => commit !== first.commit);
  const conflicts = others.map(({ from, commit }) => `The ${from} says ${commit}, the ${first.from} ${first.commit}.`);
  return { ...first, conflicts };
}

function labelled(labels: ProfileTraces['labels']): Said[] {
  return COMMIT_LABELS.flatMap((key) => {
    const values = labels[key] ?? [];
    // `version` is as often a release's name: only a commit counts there.
    const isMeant = values.length === 1 && (key !== 'version' || isFullCommit(values[0]!));
    return isMeant ? [{ from: 'label' as const, commit: values[0]! }] : [];
  });
}

/** The same bytes may be built from two commits, and deployed again: what ran last counts. */
function built(changes: readonly Change[], buildIds: readonly string[]): Said[] {
  const change = changes.findLast(
    ({ commit, buildIds: theirs = [] }) => commit !== undefined && theirs.some((id) => buildIds.includes(id)),
  );
  return change?.commit === undefined ? [] : [{ from: 'build-id', commit: change.commit }];
}

function deployed(changes: readonly Change[], deployment: string): Said[] {
  const named = changes.findIndex((change) => change.deployment === deployment);
  const environment = changes[named]?.environment;
  const code = changes
    .slice(0, named + 1)
    .findLast(
      (change, index) => (index === named || change.environment === environment) && change.commit !== undefined,
    );
  return code?.commit === undefined ? [] : [{ from: 'deployment', commit: code.commit }];
}
