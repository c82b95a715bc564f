import type { Context, RootCause } from '@headroom/contracts';
import type { GitMirror } from '@headroom/workspace';
import { gatherContext, type GatheredContext, type GatherInput } from '../gather.js';
import type { MeasuredProfile } from '../growth.js';
import { findingOf, timeOf, type MeasuredState, type Sides } from './finding.of.js';
import type { Outcome } from './outcome.js';
import type { Plan } from './scenario.js';
import { stacksOf } from './stacks.of.js';

/** A history with what was measured of it. */
export interface MeasuredHistory {
  plan: Pick<Plan, 'subject' | 'deployments' | 'candidates' | 'experiments' | 'truth' | 'mixed'>;
  sides: Sides;
  /** Cost of the subject in older deployments. */
  old: readonly number[];
}

/** Has the cause of a history named, and judges what is named. `ids`: commits by position. */
export async function judged(
  history: MeasuredHistory,
  ids: readonly string[],
  mirror: GitMirror,
  about: Pick<Outcome, 'shape' | 'seed' | 'nameable'>,
): Promise<Outcome> {
  const began = performance.now();
  const { context } = await gatherContext(inputOf(history, ids, mirror));
  return { ...about, ...verdictOf(context, history.plan, ids), milliseconds: performance.now() - began };
}

/** Profiles of a side; while both versions run, with some of the other side's. */
function profilesOf(
  side: readonly MeasuredState[],
  other: MeasuredState,
  mixed: number,
  ids: readonly string[],
): MeasuredProfile[] {
  const profile = ({ paths, commit }: MeasuredState, share: number): MeasuredProfile => ({
    stacks: stacksOf(paths, share),
    version: ids[commit]!,
  });
  return [...side.map((each) => profile(each, 1 - mixed)), ...(mixed > 0 ? [profile(other, mixed)] : [])];
}

/** What the context-gatherer would have been given. */
function inputOf({ plan, sides, old }: MeasuredHistory, ids: readonly string[], mirror: GitMirror): GatherInput {
  const { before, after } = sides;
  return {
    finding: findingOf(plan, ids, sides, old),
    profiles: {
      before: profilesOf(before, after.at(-1)!, plan.mixed, ids),
      after: profilesOf(after, before[0]!, plan.mixed, ids),
    },
    mirror,
    baseBranch: 'main',
    team: 'app',
    experiments: plan.experiments.map(({ key, at, before: from, after: to }) => ({
      key,
      changedAt: timeOf(at, 10),
      before: from,
      after: to,
    })),
  };
}

/** What a named cause goes by among the ranked; the first of these may be one that cannot be the change point. */
function idOfCause(cause: NamedCause): string {
  if (cause.kind === 'commit') return cause.commit;
  return cause.kind === 'dependency' ? `${cause.package}@${cause.to ?? 'none'}` : cause.key;
}

type NamedCause = Extract<RootCause, { status: 'named' }>['cause'];

type Verdict = Pick<
  Outcome,
  'named' | 'right' | 'inTopThree' | 'score' | 'lead' | 'firstRight' | 'verdict' | 'confidence'
>;

function verdictOf(
  { rootCause, ranked }: GatheredContext,
  plan: MeasuredHistory['plan'],
  ids: readonly string[],
): Verdict {
  const { truth } = plan;
  const commits = truth.packages.length > 0 ? [] : truth.commits.map((each) => ids[each]!);
  const isTrue = (id: string): boolean =>
    commits.includes(id) || truth.keys.includes(id) || truth.packages.some((name) => id.startsWith(`${name}@`));
  const inTopThree = ranked.slice(0, 3).some((each: Context['ranked'][number]) => isTrue(each.id));
  const first = ranked[0];
  const score = first?.score ?? 0;
  const told = { inTopThree, score, lead: score - (ranked[1]?.score ?? 0), firstRight: !!first && isTrue(first.id) };
  if (rootCause.status !== 'named') {
    const verdict = rootCause.status === 'abstained' ? rootCause.reason : rootCause.status;
    return { named: false, right: false, ...told, verdict };
  }
  const id = idOfCause(rootCause.cause);
  return {
    named: true,
    right: isTrue(id),
    ...told,
    verdict: id,
    ...(rootCause.confidence === undefined ? {} : { confidence: rootCause.confidence }),
  };
}
