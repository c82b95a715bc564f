import type { DeploymentRef, Finding } from '@headroom/contracts';
import { costOf, type RunPath } from './program.js';
import type { Plan, PlannedDeployment } from './scenario.js';

/** Hour of a deployment or of a change of exposure. */
export function timeOf(at: number, minutes = 0): string {
  return new Date(Date.UTC(2026, 1, 1) + at * 3_600_000 + minutes * 60_000).toISOString();
}

/** What was measured of a deployment. */
export interface MeasuredState {
  deployment: string;
  /** Position of the commit that ran. */
  commit: number;
  paths: readonly RunPath[];
  /** Id of the subject in it. */
  subject: string;
}

/** The sides of a change point. */
export interface Sides {
  before: readonly MeasuredState[];
  after: readonly MeasuredState[];
}

/** Mean cost of the subject. */
export function meanCost(side: readonly MeasuredState[]): number {
  return side.reduce((sum, { paths, subject }) => sum + costOf(paths, subject), 0) / side.length;
}

/** What is known of a history when it is measured. */
export type MeasuredPlan = Pick<Plan, 'subject' | 'deployments' | 'candidates'>;

/** The finding that a detector would have opened. `ids`: commits by position; `old`: the subject's cost in older deployments. */
export function findingOf(plan: MeasuredPlan, ids: readonly string[], sides: Sides, old: readonly number[]): Finding {
  const { subject, deployments } = plan;
  const measured = [...sides.before, ...sides.after];
  const [before, after] = [meanCost(sides.before), meanCost(sides.after)];
  const whole = sides.before.reduce((sum, each) => sum + costOf(each.paths), 0) / sides.before.length;
  const delta = after - before;
  const refs = deployments.map((each, index) => refOf(each, deployments.slice(0, index), ids));
  const byId = new Map(refs.map((each) => [each.deployment, each]));
  const candidates = deployments.filter(({ id }) => plan.candidates.includes(id)).map(({ id }) => byId.get(id)!);
  const { paths } = sides.after.at(-1)!;
  const path = paths.find(({ frames }) => frames.includes(subject))?.frames ?? [subject];
  const chain = path.slice(0, path.indexOf(subject) + 1);
  const oldest = ids[deployments[0]!.commit!]!;
  const series = [
    ...old.map((value, index) => ({ deployment: `old-${index}`, version: oldest, value, quiet: true })),
    ...measured.slice(1).map((each) => ({
      deployment: each.deployment,
      version: ids[each.commit]!,
      value: costOf(each.paths, each.subject),
      quiet: true,
    })),
  ];
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
      before,
      after,
      delta,
      deltaOfService: delta / whole,
      sd: before * 0.02,
      p: 0.0001,
      q: 0.001,
      counts: { before: series.length - sides.after.length, after: sides.after.length, setAside: 0 },
      chain: chain.map((id) => ({ id, origin: 'first-party' as const, delta })),
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
