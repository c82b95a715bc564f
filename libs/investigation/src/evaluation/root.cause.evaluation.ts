import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, RootCause } from '@headroom/contracts';
import { openMirror, type GitMirror } from '@headroom/workspace';
import { gatherContext, type GatheredContext, type GatherInput } from '../gather.js';
import type { MeasuredProfile } from '../growth.js';
import { findingOf, meanCost, timeOf, type MeasuredState, type Sides } from './finding.of.js';
import { makeRepository } from './git.history.js';
import type { Outcome } from './outcome.js';
import { costOf, idOf, measuredPaths, run, type RunPath } from './program.js';
import { Random } from './random.js';
import { SHAPES, type Plan, type Shape } from './scenario.js';
import { planHistory, seedOf } from './shapes.js';
import { stacksOf } from './stacks.of.js';
import { reportOf, type EvaluationReport } from './report.js';
import type { World } from './worlds.js';

/** Spread of a measured path (standard deviation of its logarithm). */
const NOISE = 0.03;
/** Least growth that a detector would report, as a part of the subject's cost. */
const REPORTED = 0.08;

/** What is evaluated. */
export interface EvaluationOptions {
  world: World;
  seed: number;
  /** Of each shape. */
  histories: number;
  /** @default all */
  shapes?: readonly Shape[];
  /** Version of the program, for the report. */
  version: string;
  /** Called before the histories of a shape are made. */
  onShape?: (shape: Shape) => void;
}

/**
 * Writes histories as git repositories with profiles, and counts how often the right change is named. The same seed makes the same
 * histories.
 * @throws HeadroomError `HEADROOM_EVALUATION_GIT`
 */
export async function evaluateRootCause(options: EvaluationOptions): Promise<EvaluationReport> {
  const { world, seed, histories, shapes = SHAPES, version, onShape } = options;
  const outcomes: Outcome[] = [];
  for (const shape of shapes) {
    onShape?.(shape);
    outcomes.push(...(await evaluate(world, seed, histories, [shape])));
  }
  return reportOf(outcomes, { world: world.name, seed, version });
}

/** Plans, writes and judges histories: `count` of each shape. */
export async function evaluate(
  world: World,
  seed: number,
  count: number,
  shapes: readonly Shape[] = SHAPES,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const shape of shapes) {
    for (let index = 0; index < count; index += 1) {
      outcomes.push(await judgeHistory(world, shape, seedOf(seed, SHAPES.indexOf(shape), index)));
    }
  }
  return outcomes;
}

interface Made {
  plan: Plan;
  sides: Sides;
  /** Cost of the subject in older deployments. */
  old: number[];
}

const OLDER_DEPLOYMENTS = 8;
/** Spread of the cost of a whole function between deployments (standard deviation of its logarithm). */
const BETWEEN = 0.015;

/** A history whose growth a detector would have reported. */
function reportedHistory(world: World, shape: Shape, seed: number): Made {
  for (let attempt = 0; ; attempt += 1) {
    const random = new Random(seed + attempt * 7_919);
    const made = measuredHistory(planHistory(world, shape, random), random);
    const [before, after] = [meanCost(made.sides.before), meanCost(made.sides.after)];
    if (before > 0 && after >= before * (1 + REPORTED)) return made;
    if (attempt > 200) return made;
  }
}

/** Every deployment is measured by itself; where the estimated change point is wrong, a side holds both. */
function measuredHistory(plan: Plan, random: Random): Made {
  const split = plan.states.findIndex(({ deployment }) => deployment === plan.candidates[0]);
  const slower = slowerPart(plan, random);
  const measured = plan.states.map(({ deployment, commit, program, around }, index) => {
    const paths = run(program, around).map((path) => (index < split ? path : slower(path)));
    return { deployment, commit, paths: measuredPaths(paths, NOISE, random), subject: idOf(program, plan.subjectKey) };
  });
  const cost = meanCost(measured.slice(0, 1));
  const old = Array.from({ length: OLDER_DEPLOYMENTS }, () => cost * Math.exp(BETWEEN * random.normal()));
  return { plan, sides: { before: measured.slice(0, split), after: measured.slice(split) }, old };
}

/** Growth without a change: all that the subject does gets slower, or one thing of it. */
function slowerPart({ states, subject, unexplained }: Plan, random: Random): (path: RunPath) => RunPath {
  if (unexplained === 0) return (path) => path;
  const own = run(states[0]!.program, states[0]!.around).filter(({ frames }) => frames.includes(subject));
  const one = random.next() < 0.5 && own.length > 0 ? random.pick(own) : undefined;
  const extra = costOf(own) * unexplained;
  const isOne = ({ frames, text }: RunPath): boolean => frames.join() === one?.frames.join() && text === one.text;
  return (path) => {
    if (!path.frames.includes(subject)) return path;
    if (!one) return { ...path, cost: path.cost * (1 + unexplained) };
    return isOne(path) ? { ...path, cost: path.cost + extra } : path;
  };
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

/** Writes and judges the history of a seed. @throws HeadroomError `HEADROOM_EVALUATION_GIT` */
export async function judgeHistory(world: World, shape: Shape, seed: number): Promise<Outcome> {
  const { plan, sides, old } = reportedHistory(world, shape, seed);
  const dir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
  try {
    const { bare, ids } = makeRepository(dir, plan.commits);
    const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
    const began = performance.now();
    const { context } = await gatherContext(inputOf({ plan, sides, old }, ids, mirror));
    return {
      shape,
      seed,
      nameable: plan.nameable,
      ...verdictOf(context, plan, ids),
      milliseconds: performance.now() - began,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What the context-gatherer would have been given. */
function inputOf({ plan, sides, old }: Made, ids: readonly string[], mirror: GitMirror): GatherInput {
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

function verdictOf({ rootCause, ranked }: GatheredContext, plan: Plan, ids: readonly string[]): Verdict {
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
