import { outputTail } from '../output.tail.js';
import type { ArmSample, MeasurementRecord, RoundRecord } from '../evidence/evidence.schema.js';
import { isBusy } from '../evidence/verdict.js';
import { ARMS, armOrders, type Arm } from '../statistics/arm.order.js';
import { decide } from '../statistics/decision.js';

/** An arm with less CPU than this is too short for the clock and for the just-in-time compiler, seconds. */
const SHORTEST_ARM_CPU_SECONDS = 0.2;

/** One finished arm. */
export interface ArmRun extends ArmSample {
  /** End of what it wrote to its error output; empty where output is thrown away. */
  message: string;
  cpuSource: 'cgroup' | 'process-tree';
}

/** How to measure. */
export interface MeasurementPlan {
  command: readonly string[];
  operations: number;
  seed: number;
  looks: readonly number[];
  minimumEffect: number;
  /** See `DecisionPlan.candidates`. @default 1 */
  candidates?: number | undefined;
  /** Cores; see `BUSY_HOST_CORES`. */
  busyHostCores: number;
  /** Runs one arm in a fresh process; `trial` keeps its output and counts for nothing. */
  runArm: (arm: Arm, trial: boolean) => Promise<ArmRun>;
  /** Waits, within bounds, for the rest of the host to come to rest after a discarded round. */
  settle?: () => Promise<void>;
  onRound?: (done: number, of: number) => void;
}

/**
 * Measures base, head and a second copy of base in rounds, each arm in a fresh process, in an order drawn from the seed. A round
 * on a busy host is recorded, does not count, and is tried again in the same order, at most half as often as there are rounds.
 */
export async function measureRounds(plan: MeasurementPlan): Promise<MeasurementRecord> {
  const looks = [...plan.looks].sort((a, b) => a - b);
  const wanted = looks.at(-1) ?? 0;
  const record: MeasurementRecord = {
    command: [...plan.command],
    operations: plan.operations,
    seed: plan.seed,
    plannedLooks: looks,
    minimumEffect: plan.minimumEffect,
    busyHostCores: plan.busyHostCores,
    ...(plan.candidates !== undefined && plan.candidates > 1 && { candidates: plan.candidates }),
    maxDiscarded: Math.max(2, Math.ceil(wanted / 2)),
    rounds: [],
    looks: [],
  };
  for (const arm of ['base', 'head'] as const) {
    const run = await plan.runArm(arm, true);
    record.cpuSource = run.cpuSource;
    record.failed = armFailure(arm, run, plan.operations);
    if (record.failed) return record;
  }
  const orders = armOrders(plan.seed, wanted);
  for (let next = 0, discarded = 0; next < wanted && discarded <= record.maxDiscarded;) {
    plan.onRound?.(next, wanted);
    const round = await measureRound(plan, next, orders[next]!, record);
    if (!round) return record;
    record.rounds.push(round);
    if (round.discarded) {
      discarded++;
      await plan.settle?.();
      continue;
    }
    next++;
    if (looks.includes(next) && concluded(record)) break;
  }
  return record;
}

async function measureRound(
  plan: MeasurementPlan,
  round: number,
  order: readonly Arm[],
  record: MeasurementRecord,
): Promise<RoundRecord | undefined> {
  const samples: Partial<Record<Arm, ArmSample>> = {};
  for (const arm of order) {
    const run = await plan.runArm(arm, false);
    record.failed = armFailure(arm, run, plan.operations);
    if (record.failed) return undefined;
    const { message: _message, cpuSource: _cpuSource, ...sample } = run;
    samples[arm] = sample;
  }
  const [base, head, control] = ARMS.map((arm) => samples[arm]!) as [ArmSample, ArmSample, ArmSample];
  const busy = isBusy({ base, head, control }, plan.busyHostCores);
  return { round, order: [...order], base, head, control, ...(busy ? { discarded: 'busy-host' } : {}) };
}

function concluded(record: MeasurementRecord): boolean {
  const accepted = record.rounds.filter((round) => !round.discarded);
  const figures = accepted.map((round) => {
    const arm = (sample: ArmSample) => ({ cpuSeconds: sample.cpuSeconds, wallSeconds: sample.wallMs / 1000 });
    return { base: arm(round.base), head: arm(round.head), control: arm(round.control) };
  });
  const { plannedLooks: looks, minimumEffect, seed, candidates } = record;
  const plan = { looks, minimumEffect, seed, candidates };
  return decide(figures, plan).decision !== undefined;
}

function armFailure(arm: Arm, run: ArmRun, operations: number): MeasurementRecord['failed'] {
  const where = arm === 'head' ? 'with the patch' : 'on the base';
  if (run.exitCode !== 0 || run.outcome !== 'exited') {
    const how = run.outcome === 'exited' ? `exit code ${run.exitCode}` : run.outcome;
    const tail = outputTail(run.message);
    const said = tail ? ` It ended with: ${tail}` : '';
    const advice =
      arm === 'head'
        ? 'Draft a patch that the benchmark survives within its time.'
        : 'Make the benchmark pass on the base, within verification.armTimeoutMs, then retry the case.';
    return { arm, reason: 'failed', message: `The benchmark ended ${where} with ${how}. ${advice}${said}` };
  }
  // A faster candidate may fall below: the base decides whether the count is right.
  if (arm === 'head' || run.cpuSeconds >= SHORTEST_ARM_CPU_SECONDS) return undefined;
  const suggested = suggestedOperations(operations, run.cpuSeconds);
  const message =
    `${operations} operations take ${run.cpuSeconds.toFixed(3)} s of CPU ${where}; an arm needs at least ${SHORTEST_ARM_CPU_SECONDS} s, ` +
    `better one. Raise benchmark.operations to about ${suggested}.`;
  return { arm, reason: 'too-short', message };
}

function suggestedOperations(operations: number, cpuSeconds: number): number {
  const raw = operations / Math.max(cpuSeconds, 0.01);
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(raw)) - 1);
  return Math.ceil(raw / magnitude) * magnitude;
}
