import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMirror } from '@headroom/workspace';
import { meanCost } from './finding.of.js';
import { makeRepository } from './git.history.js';
import { judged, type MeasuredHistory } from './judge.js';
import type { Outcome } from './outcome.js';
import { costOf, idOf, measuredPaths, run, type RunPath } from './program.js';
import { Random } from './random.js';
import { SHAPES, type Plan, type Shape } from './scenario.js';
import { planHistory, seedOf } from './shapes.js';
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
  return reportOf(outcomes, { world: `world "${world.name}"`, seed, version });
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

interface Made extends MeasuredHistory {
  plan: Plan;
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

/** Writes and judges the history of a seed. @throws HeadroomError `HEADROOM_EVALUATION_GIT` */
export async function judgeHistory(world: World, shape: Shape, seed: number): Promise<Outcome> {
  const made = reportedHistory(world, shape, seed);
  const dir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
  try {
    const { bare, ids } = makeRepository(dir, made.plan.commits);
    const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
    return await judged(made, ids, mirror, { shape, seed, nameable: made.plan.nameable });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
