import type { DeploymentRef, Finding } from '@headroom/contracts';
import { costOf, type RunPath } from './program.js';
import type { Plan, PlannedDeployment } from './scenario.js';

/** Hour of a deployment or of a change of exposure. */
export function timeOf(at: number, minutes = 0): string {
  return new Date(Date.UTC(2026, 1, 1) + at * 3_600_000 + minutes * 60_000).toISOString();
}

/** The finding that a detector would have opened. `ids`: commits by position. */
export function findingOf(
  plan: Plan,
  ids: readonly string[],
  before: readonly RunPath[],
  after: readonly RunPath[],
): Finding {
  const { subject, deployments } = plan;
  const [old, now] = [costOf(before, subject), costOf(after, subject)];
  const refs = deployments.map((each, index) => refOf(each, deployments.slice(0, index), ids));
  const byId = new Map(refs.map((each) => [each.deployment, each]));
  const candidates = deployments.filter(({ id }) => plan.candidates.includes(id)).map(({ id }) => byId.get(id)!);
  const path = after.find(({ frames }) => frames.includes(subject))?.frames ?? [subject];
  const chain = path.slice(0, path.indexOf(subject) + 1);
  const quiet = { value: 1, quiet: true };
  const oldest = ids[deployments[0]!.commit!]!;
  const series = Array.from({ length: 8 }, (_, index) => ({ deployment: `old-${index}`, version: oldest, ...quiet }));
  let version = oldest;
  for (const { id, commit } of deployments.slice(1)) {
    version = commit === undefined ? version : ids[commit]!;
    series.push({ deployment: id, version, ...quiet });
  }
  return {
    case: { caseId: 'reg-0123456789abcdef0123', attempt: 1, step: 'finding.1', causationId: 'evaluation' },
    kind: 'regression',
    service: 'app',
    repository: 'team/app',
    subject,
    regression: {
      environment: 'production',
      hostClass: 'small',
      metric: 'cpu-seconds-per-unit',
      unitOfWork: 'request',
      changePoint: byId.get(plan.candidates[0]!)!,
      candidates,
      before: old,
      after: now,
      delta: now - old,
      deltaOfService: (now - old) / costOf(before),
      sd: old * 0.02,
      p: 0.0001,
      q: 0.001,
      counts: { before: 8, after: series.length - 8, setAside: 0 },
      chain: chain.map((id) => ({ id, origin: 'first-party' as const, delta: now - old })),
      grownCallees: [],
      series,
      profiles: { before: [], after: [] },
      qualityFlags: [],
    },
  };
}

function refOf(
  { id, at, commit, config }: PlannedDeployment,
  earlier: readonly PlannedDeployment[],
  ids: readonly string[],
): DeploymentRef {
  const deployedAt = timeOf(at);
  if (commit === undefined) return { deployment: id, kind: 'config', deployedAt, ...(config && { config }) };
  const previous = earlier.findLast((each) => each.commit !== undefined)?.commit;
  return {
    deployment: id,
    kind: 'code',
    deployedAt,
    commit: ids[commit]!,
    ...(previous === undefined ? {} : { previousCommit: ids[previous]! }),
  };
}
