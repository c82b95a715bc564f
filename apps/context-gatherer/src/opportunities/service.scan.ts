import { setImmediate as otherWork } from 'node:timers/promises';
import { opportunityState, sha256, type OpportunityState } from '@headroom/contracts';
import type { KnownOpportunity, ProfileIndex } from '@headroom/indexes';
import type { EffectivePolicy, Logger, ServiceConfig } from '@headroom/platform';
import type { BlobStore, EventPublisher } from '@headroom/runtime';
import { detectOpportunities, loadSkills, usableSkills, type SkillsPlace } from '@headroom/skills';
import type { GitMirror, ServiceRepositories } from '@headroom/workspace';
import { coresOf, mergedStacks, newestProfiles } from './scan.profiles.js';
import type { ScanMemory, ScanState } from './scan.state.js';

/** What a look at a service is made with. */
export interface ScanParts {
  repositories: ServiceRepositories;
  profiles: ProfileIndex;
  blobs: BlobStore;
  publisher: EventPublisher;
  memory: ScanMemory;
  skillsDir: SkillsPlace;
  logger: Logger;
}

/** What is known of a service after a look at it. */
export interface ScanResult {
  settings: ServiceConfig;
  policy: EffectivePolicy;
  /** By rank. */
  opportunities: readonly KnownOpportunity[];
}

/** Which look it is. */
export interface ScanTurn {
  /** Looks again though nothing that it would see has changed. @default false */
  isForced?: boolean;
  signal: AbortSignal;
}

/**
 * Looks for the opportunities of a service in the base branch as it is now and in its newest profiles, and tells the catalogue what has
 * changed. Does nothing where all that it would look at is as it was the last time. To be called under the lease of the service.
 * @throws HeadroomError what opening the repository throws, and `HEADROOM_TARGET_POLICY_INVALID`
 */
export async function scanService(service: string, parts: ScanParts, turn: ScanTurn): Promise<ScanResult> {
  const { memory, repositories, skillsDir } = parts;
  const opened = await repositories.open(service, turn.signal);
  const { settings, mirror } = opened;
  const policy = await opened.policy();
  const commit = await mirror.resolve(`refs/heads/${settings.repository.branch}`);
  const profiles = await newestProfiles(parts.profiles, service);
  const { skills } = usableSkills(await loadSkills(skillsDir));
  const last = await memory.last(service);
  const seen = sha256(
    JSON.stringify([
      settings.repository,
      commit,
      profiles.map(({ profile }) => profile.sha256),
      skills.map(({ name, digest }) => [name, digest]),
      settings.opportunities,
      policy.opportunities,
      policy.disabledSkills,
    ]),
  );
  const known = last?.opportunities ?? [];
  if (last?.seen === seen && turn.isForced !== true) {
    return { settings, policy, opportunities: known };
  }
  const opportunities =
    policy.opportunities === 'off'
      ? []
      : await detected({ service, settings, policy, mirror, commit, profiles, skills }, parts, turn.signal);
  await tell(known, opportunities, parts.publisher);
  const state: ScanState = { seen, opportunities };
  await memory.remember(service, state);
  return { settings, policy, opportunities };
}

interface Seen {
  service: string;
  settings: ServiceConfig;
  policy: EffectivePolicy;
  mirror: GitMirror;
  commit: string;
  profiles: Awaited<ReturnType<typeof newestProfiles>>;
  skills: Awaited<ReturnType<typeof loadSkills>>['skills'];
}

async function detected(seen: Seen, { blobs, logger }: ScanParts, signal: AbortSignal): Promise<KnownOpportunity[]> {
  const { service, settings, policy, mirror, commit, profiles, skills } = seen;
  if (profiles.length === 0) return [];
  const pause = async (): Promise<void> => {
    // Cases are worked on in the same process.
    await otherWork();
    signal.throwIfAborted();
  };
  const cores = coresOf(profiles);
  const { name: repository, branch } = settings.repository;
  const files = mirror.openFiles();
  try {
    const { opportunities, problems, ...funnel } = await detectOpportunities({
      service,
      repository,
      base: { branch, commit },
      skills,
      disabledSkills: policy.disabledSkills,
      profile: await mergedStacks(profiles, blobs, pause),
      ...(cores !== undefined && { cores }),
      readFile: (path) => files.file(commit, path),
      listFiles: () => mirror.listFiles(commit),
      bounds: settings.opportunities,
      pause,
      signal,
    });
    for (const problem of problems) logger.warn({ service, ...problem }, 'a skill failed on a function');
    logger.info({ service, ...funnel, opportunities: opportunities.length }, 'looked for opportunities');
    return [...opportunities];
  } finally {
    files.close();
  }
}

/** Only what has changed is told: the catalogue keeps the rest. */
async function tell(
  before: readonly KnownOpportunity[],
  now: readonly KnownOpportunity[],
  publisher: EventPublisher,
): Promise<void> {
  const told = new Map(before.map((each) => [each.id, JSON.stringify(each)]));
  const there = new Set(now.map(({ id }) => id));
  const changed: OpportunityState[] = now.filter((each) => told.get(each.id) !== JSON.stringify(each));
  for (const { id, service, repository } of before) {
    if (!there.has(id)) changed.push({ id, service, repository, status: 'gone' });
  }
  for (const each of changed) await publisher.publish(opportunityState, each, { subject: each.service });
}
