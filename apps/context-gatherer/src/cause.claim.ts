import { endedWithoutMerge } from '@headroom/cases';
import { HeadroomError, sha256, type Context, type RootCause, type Stop } from '@headroom/contracts';
import type { CaseIndex } from '@headroom/indexes';
import type { KeyValueStore } from '@headroom/runtime';

/** A case that has a cause. */
export interface Claimant {
  caseId: string;
  service: string;
  subject: string;
}

/** What a cause is claimed for. */
export interface Claiming {
  /** As the repository of the service is named. */
  repository: string;
  rootCause: RootCause;
  claimant: Claimant;
  /** Attempt of the claimant. */
  attempt: number;
}

interface Claim {
  leading: Claimant;
  /** In which the leading case asked last. */
  attempt: number;
  /** Given up: the next case that asks takes the lead. */
  ended: boolean;
}

/** As long as a finding is kept. Milliseconds. */
const RETENTION_MS = 180 * 86_400_000;
const TRIES = 20;

/** What a cause is claimed by: its commit in its repository. Undefined for causes that no commit brought. */
function claimKey(repository: string, rootCause: RootCause): string | undefined {
  if (rootCause.status !== 'named' || !('commit' in rootCause.cause)) return undefined;
  return `context-gatherer:cause:${sha256(JSON.stringify([repository, rootCause.cause.commit]))}`;
}

function caseKey(caseId: string): string {
  return `context-gatherer:cause-of:${caseId}`;
}

/** Whether the lead is free. The view of a case that asked again since may be of its last attempt: that one does not count. */
async function isFree({ leading, attempt, ended }: Claim, cases: Pick<CaseIndex, 'find'>): Promise<boolean> {
  if (ended) return true;
  const view = await cases.find(leading.caseId);
  return view !== undefined && view.attempt >= attempt && endedWithoutMerge(view);
}

/**
 * Claims the cause of a case, so that one commit that slows many services is worked on once: the first case that asks leads, and is
 * told so however often it asks again; every other one is told which case leads. Where the leading case ended without a merge, the
 * next one that asks leads.
 * @returns the leading case, where it is another one
 * @throws HeadroomError `HEADROOM_CLAIM_CONTENDED`, retryable
 */
export async function claimCause(
  store: KeyValueStore,
  cases: Pick<CaseIndex, 'find'>,
  { repository, rootCause, claimant, attempt }: Claiming,
): Promise<Claimant | undefined> {
  const key = claimKey(repository, rootCause);
  // A late change may have named another cause: who follows the old one must not wait for this case.
  if ((await store.get<string>(caseKey(claimant.caseId))) !== key) await releaseCause(store, claimant.caseId);
  if (key === undefined) return undefined;
  // Noted before the claim: a claim without it could never be given up.
  await store.put(caseKey(claimant.caseId), key);
  await store.expire(caseKey(claimant.caseId), RETENTION_MS);
  const mine: Claim = { leading: claimant, attempt, ended: false };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { value } = await store.putIfAbsent<Claim>(key, mine);
    const isMine = value.leading.caseId === claimant.caseId;
    if (!isMine && !(await isFree(value, cases))) return value.leading;
    const isKnown = isMine && !value.ended && value.attempt >= attempt;
    if (isKnown || (await store.compareAndSet(key, value, mine))) {
      await store.expire(key, RETENTION_MS);
      return undefined;
    }
  }
  throw new HeadroomError(
    `The cause of case ${claimant.caseId} is claimed by too many cases at once; it is tried again.`,
    {
      code: 'HEADROOM_CLAIM_CONTENDED',
      retryable: true,
    },
  );
}

/** Gives up the lead of a case that a person ended or that cannot go on; of one that does not lead nothing. */
export async function releaseCause(store: KeyValueStore, caseId: string): Promise<void> {
  const key = await store.get<string>(caseKey(caseId));
  const claim = key === undefined ? undefined : await store.get<Claim>(key);
  if (key === undefined || claim?.leading.caseId !== caseId || claim.ended) return;
  // Lost only to a claim that another case has made meanwhile.
  await store.compareAndSet(key, claim, { ...claim, ended: true });
}

/** What a case says that follows another one. */
export function following(leading: Claimant): Pick<Context, 'sameCause'> & { stopped: Stop } {
  return {
    sameCause: leading,
    stopped: {
      reason: 'same-cause',
      message: `Case ${leading.caseId} (service ${leading.service}) has the same cause and goes on with it. When that case ends without a merge, a retry of this one takes it up.`,
    },
  };
}
