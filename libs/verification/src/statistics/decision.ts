import { medianInterval, type Interval } from './bootstrap.js';
import { seededRandom } from './random.js';

/** Chance of a wrong conclusion over all looks together. */
const TOTAL_ERROR = 0.05;

/** An effect below this is never claimed, whatever the configuration says. */
const SMALLEST_EFFECT = 0.01;

/** Above this share of noise a run proves nothing. */
const LARGEST_FLOOR = 0.1;

/** CPU and wall time of one arm, seconds. */
export interface ArmFigures {
  cpuSeconds: number;
  wallSeconds: number;
}

/** One accepted round. */
export interface RoundFigures {
  base: ArmFigures;
  head: ArmFigures;
  control: ArmFigures;
}

/** What was fixed before the run. */
export interface DecisionPlan {
  /** Accepted rounds after which the samples are looked at, ascending. */
  looks: readonly number[];
  /** Smallest improvement that counts, as a ratio. */
  minimumEffect: number;
  seed: number;
  /**
   * Candidates that may be measured for one claim, tried one after another until one is improved. Only one is ever claimed, so that
   * Holm's method asks of it what its first step asks: the error divided by their number. @default 1
   */
  candidates?: number | undefined;
}

/** A share: -0.25 = a quarter less. */
export type Change = Interval;

/** What one look saw. */
export interface Look {
  rounds: number;
  /** Coverage of the intervals: the error is split evenly over the looks and the candidates (Bonferroni). */
  level: number;
  /** CPU per operation, head against base. */
  cpu: Change;
  /** CPU per operation, the second copy of base against base: what the same code seems to differ by. */
  control: Change;
  /** Wall time per operation, head against base. */
  wall: Change;
  /** The larger end of the control's interval, a share. */
  noiseFloor: number;
  /** What the whole interval must lie beyond, a share. */
  requiredEffect: number;
  conclusion: 'improved' | 'worse' | 'undecided' | 'noisy';
}

/** How a measurement can end. */
export type Decision = 'improved' | 'worse' | 'no-effect' | 'invalid-noisy';

/** Judges the accepted rounds at one look. */
export function lookAt(rounds: readonly RoundFigures[], plan: DecisionPlan): Look {
  const level = 1 - TOTAL_ERROR / (plan.looks.length * (plan.candidates ?? 1));
  const interval = (name: string, of: (round: RoundFigures) => number): Interval =>
    medianInterval(rounds.map(of), level, seededRandom(plan.seed, `${name} ${rounds.length}`));
  const cpu = interval('cpu', ({ head, base }) => Math.log(head.cpuSeconds / base.cpuSeconds));
  const control = interval('control', (round) => Math.log(round.control.cpuSeconds / round.base.cpuSeconds));
  const wall = interval('wall', ({ head, base }) => Math.log(head.wallSeconds / base.wallSeconds));
  const floor = Math.max(Math.abs(control.low), Math.abs(control.high));
  const least = -Math.log1p(-Math.max(plan.minimumEffect, SMALLEST_EFFECT));
  const required = Math.max(floor, least);
  const biased = control.low > least || control.high < -least;
  return {
    rounds: rounds.length,
    level,
    cpu: changeOf(cpu),
    control: changeOf(control),
    wall: changeOf(wall),
    noiseFloor: Math.expm1(floor),
    requiredEffect: -Math.expm1(-required),
    conclusion: conclusionOf(cpu, required, biased || Math.expm1(floor) > LARGEST_FLOOR),
  };
}

// The whole interval must lie beyond: an estimate alone proves nothing.
function conclusionOf(cpu: Interval, required: number, noisy: boolean): Look['conclusion'] {
  if (noisy) return 'noisy';
  if (cpu.high < -required) return 'improved';
  if (cpu.low > required) return 'worse';
  return 'undecided';
}

function changeOf(log: Interval): Change {
  return { estimate: Math.expm1(log.estimate), low: Math.expm1(log.low), high: Math.expm1(log.high) };
}

/**
 * Looks at the samples where the plan says so, and nowhere else; stops at the first look that concludes. Undecided or noisy
 * looks wait for the next one; the last one decides. With fewer rounds than the last planned look the measurement is still
 * running: no decision yet.
 */
export function decide(rounds: readonly RoundFigures[], plan: DecisionPlan): { looks: Look[]; decision?: Decision } {
  const looks: Look[] = [];
  for (const count of plan.looks) {
    if (rounds.length < count) return { looks };
    const look = lookAt(rounds.slice(0, count), plan);
    looks.push(look);
    if (look.conclusion === 'improved' || look.conclusion === 'worse') return { looks, decision: look.conclusion };
  }
  return { looks, decision: looks.at(-1)?.conclusion === 'noisy' ? 'invalid-noisy' : 'no-effect' };
}
