import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, RootCause } from '@headroom/contracts';
import { openMirror } from '@headroom/workspace';
import { gatherContext, type GatheredContext } from '../gather.js';
import { findingOf, timeOf } from './finding.of.js';
import { makeRepository } from './git.history.js';
import type { Outcome } from './outcome.js';
import { costOf, measured, run, type RunPath } from './program.js';
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
  const { world, seed, histories, version, onShape } = options;
  const outcomes: Outcome[] = [];
  for (const shape of SHAPES) {
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
      outcomes.push(await judge(world, shape, seedOf(seed, SHAPES.indexOf(shape), index)));
    }
  }
  return outcomes;
}

interface Made {
  plan: Plan;
  before: RunPath[];
  after: RunPath[];
}

/** A history whose growth a detector would have reported. */
function reported(world: World, shape: Shape, seed: number): Made {
  for (let attempt = 0; ; attempt += 1) {
    const random = new Random(seed + attempt * 7_919);
    const plan = planHistory(world, shape, random);
    const { subject, mixed, unexplained } = plan;
    const old = measured(run(plan.before.program, plan.before.around), NOISE, random);
    let now = measured(run(plan.after.program, plan.after.around), NOISE, random);
    if (unexplained > 0) now = grown(now, subject, unexplained, random);
    const both = (mine: RunPath[], other: RunPath[]): RunPath[] =>
      mixed === 0 ? mine : [...scaled(mine, 1 - mixed), ...scaled(other, mixed)];
    const made = { plan, before: both(old, now), after: both(now, old) };
    const [before, after] = [costOf(made.before, subject), costOf(made.after, subject)];
    if (before > 0 && after >= before * (1 + REPORTED)) return made;
    if (attempt > 200) return made;
  }
}

function scaled(paths: readonly RunPath[], by: number): RunPath[] {
  return paths.map((path) => ({ ...path, cost: path.cost * by }));
}

/** Growth without a change: all that the subject does gets slower, or one thing of it. */
function grown(paths: RunPath[], subject: string, part: number, random: Random): RunPath[] {
  const own = paths.filter(({ frames }) => frames.includes(subject));
  const one = random.next() < 0.5 ? random.pick(own) : undefined;
  const extra = costOf(own) * part;
  return paths.map((path) => {
    if (!path.frames.includes(subject)) return path;
    if (one === undefined) return { ...path, cost: path.cost * (1 + part) };
    return path === one ? { ...path, cost: path.cost + extra } : path;
  });
}

async function judge(world: World, shape: Shape, seed: number): Promise<Outcome> {
  const { plan, before, after } = reported(world, shape, seed);
  const dir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
  try {
    const { bare, ids } = makeRepository(dir, plan.commits);
    const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
    const began = performance.now();
    const { context } = await gatherContext({
      finding: findingOf(plan, ids, before, after),
      profiles: { before: stacksOf(before), after: stacksOf(after) },
      mirror,
      baseBranch: 'main',
      team: 'app',
      experiments: plan.experiments.map(({ key, at, before: from, after: to }) => ({
        key,
        changedAt: timeOf(at, 10),
        before: from,
        after: to,
      })),
    });
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
