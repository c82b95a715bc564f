import { median } from 'simple-statistics';
import type { EvidenceRecord } from './evidence.schema.js';

/** A share with its interval: -0.25 = a quarter less. */
export interface ChangeInterval {
  estimate: number;
  low: number;
  high: number;
}

/** CPU seconds per operation of the three arms in one round. */
export interface RoundCosts {
  base: number;
  head: number;
  /** The second copy of the base. */
  control: number;
  /** Why the round does not count; absent = it counts. */
  discarded?: string;
}

/** What a measurement amounts to: the deciding look, and what follows from the raw samples by division alone. */
export interface MeasuredFigures {
  cpu: ChangeInterval;
  control: ChangeInterval;
  wall: ChangeInterval;
  /** Coverage of the intervals, for example 0.975. */
  level: number;
  noiseFloor: number;
  requiredEffect: number;
  operations: number;
  /** Rounds that count, and rounds that do not. */
  used: number;
  discarded: number;
  /** All rounds in the order they ran. */
  rounds: RoundCosts[];
  /** Median over the rounds that count, CPU seconds per operation. */
  cost: { base: number; head: number; control: number };
}

/** The figures of a record's deciding look; undefined when nothing was measured to a look. */
export function measuredFigures({ measurement }: Pick<EvidenceRecord, 'measurement'>): MeasuredFigures | undefined {
  const look = measurement?.looks.at(-1);
  if (!measurement || !look) return undefined;
  const { operations } = measurement;
  const rounds = measurement.rounds.map(({ base, head, control, discarded }) => ({
    base: base.cpuSeconds / operations,
    head: head.cpuSeconds / operations,
    control: control.cpuSeconds / operations,
    ...(discarded && { discarded }),
  }));
  const counted = rounds.filter(({ discarded }) => discarded === undefined).slice(0, look.rounds);
  const cost = (arm: 'base' | 'head' | 'control'): number => median(counted.map((round) => round[arm]));
  const { cpu, control, wall, level, noiseFloor, requiredEffect } = look;
  return {
    cpu,
    control,
    wall,
    level,
    noiseFloor,
    requiredEffect,
    operations,
    rounds,
    used: counted.length,
    discarded: rounds.length - counted.length,
    cost: { base: cost('base'), head: cost('head'), control: cost('control') },
  };
}
