import { Random } from './random.js';
import type { Outcome } from './outcome.js';

/** A share of histories, with the interval that a bootstrap over histories gives. */
export interface Rate {
  of: number;
  value: number | null;
  /** 95 %. */
  low: number | null;
  high: number | null;
}

/** Figures of histories of a shape, or of all. */
export interface Figures {
  shape: string;
  histories: number;
  /** Histories in which a cause was named. */
  named: Rate;
  /** Of those: the named one is right. */
  topOne: Rate;
  /** Of those: a right one is among the first three. */
  topThree: Rate;
  abstained: Rate;
  millisecondsPerHistory: number;
}

/** Figures of an evaluation. */
export interface EvaluationReport {
  /** What the histories are of. */
  world: string;
  seed: number;
  version: string;
  histories: number;
  /** Histories that have one nameable cause. */
  nameable: Figures;
  /** Histories without a nameable cause because nothing changed, or nothing that is known. */
  withoutCause: Figures;
  shapes: Figures[];
  /** Every history, as it was judged. */
  outcomes: readonly Outcome[];
}

const ROUNDS = 1000;

/** Puts outcomes together. */
export function reportOf(
  outcomes: readonly Outcome[],
  about: Pick<EvaluationReport, 'world' | 'seed' | 'version'>,
): EvaluationReport {
  const figures = (shape: string, some: readonly Outcome[]): Figures => {
    const spoken = some.filter(({ named }) => named);
    return {
      shape,
      histories: some.length,
      named: rate(some, ({ named }) => named),
      topOne: rate(spoken, ({ right }) => right),
      topThree: rate(spoken, ({ inTopThree }) => inTopThree),
      abstained: rate(some, ({ named }) => !named),
      millisecondsPerHistory: Math.round(
        some.reduce((sum, each) => sum + each.milliseconds, 0) / Math.max(1, some.length),
      ),
    };
  };
  const nothing = ['noise', 'unexported', 'real-unexplained'];
  return {
    ...about,
    histories: outcomes.length,
    nameable: figures(
      'one nameable cause',
      outcomes.filter(({ nameable }) => nameable),
    ),
    withoutCause: figures(
      'no cause',
      outcomes.filter(({ shape }) => nothing.includes(shape)),
    ),
    shapes: [...Map.groupBy(outcomes, ({ shape }) => shape)].map(([shape, some]) => figures(shape, some)),
    outcomes,
  };
}

function rate(outcomes: readonly Outcome[], isHit: (outcome: Outcome) => boolean): Rate {
  const hits = outcomes.map((each) => (isHit(each) ? 1 : 0));
  if (hits.length === 0) return { of: 0, value: null, low: null, high: null };
  const random = new Random(hits.length);
  const means = Array.from({ length: ROUNDS }, () => {
    let sum = 0;
    for (let draw = 0; draw < hits.length; draw += 1) sum += random.pick(hits);
    return sum / hits.length;
  }).sort((a, b) => a - b);
  const value = hits.reduce<number>((sum, each) => sum + each, 0) / hits.length;
  return {
    of: hits.length,
    value,
    low: means[Math.floor(ROUNDS * 0.025)]!,
    high: means[Math.ceil(ROUNDS * 0.975) - 1]!,
  };
}

/** The figures as text. */
export function reportText(report: EvaluationReport): string {
  const { world, seed, version, histories, nameable, withoutCause, shapes } = report;
  const percent = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);
  const cell = ({ value, low, high }: Rate): string =>
    (value === null ? '-' : `${percent(value)} [${(low! * 100).toFixed(0)}, ${(high! * 100).toFixed(0)}]`).padEnd(20);
  const line = (each: Figures): string =>
    `${each.shape.padEnd(22)}${String(each.histories).padStart(5)}  ${cell(each.named)}${cell(each.topOne)}${cell(each.topThree)}${cell(each.abstained)}${String(each.millisecondsPerHistory).padStart(6)} ms`;
  return [
    `Root cause on ${histories} histories: ${world}, seed ${seed}, version ${version}.`,
    'Top 1 and top 3 are shares of the histories in which a cause was named. Intervals: 95 %, bootstrap over histories.',
    '',
    `${'shape'.padEnd(22)}${'n'.padStart(5)}  ${'named'.padEnd(20)}${'top 1'.padEnd(20)}${'top 3'.padEnd(20)}${'abstained'.padEnd(20)}${'time'.padStart(9)}`,
    ...[nameable, withoutCause, ...shapes].map(line),
    '',
  ].join('\n');
}
