import { describe, expect, it } from '@jest/globals';
import { conclude, measurementFlaw } from '../evidence/verdict.js';
import type { MeasurementRecord } from '../evidence/evidence.schema.js';
import { seededRandom } from '../statistics/random.js';
import type { Arm } from '../statistics/arm.order.js';
import { measureRounds, type ArmRun, type MeasurementPlan } from './measure.rounds.js';

function plan(
  arms: (arm: Arm, call: number) => Partial<ArmRun>,
  more: Partial<MeasurementPlan> = {},
): MeasurementPlan & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    command: ['bench', '{operations}'],
    operations: 1000,
    seed: 3,
    looks: [12, 24],
    minimumEffect: 0.01,
    busyHostCores: 0.2,
    runArm: (arm, trial) => {
      if (!trial) calls.push(arm);
      const run = {
        cpuSeconds: 1,
        wallMs: 1000,
        restOfHostCores: 0,
        exitCode: 0,
        outcome: 'exited',
        message: '',
        cpuSource: 'cgroup' as const,
      };
      return Promise.resolve({ ...run, ...arms(arm, calls.length) });
    },
    ...more,
  };
}

const verdictOf = (measurement: MeasurementRecord) =>
  conclude({
    policy: { violations: [] },
    commands: [],
    tests: { head: { failures: [], exitCode: 0, outcome: 'exited' } },
    differential: {
      functions: [],
      logRecords: { base: 0, head: 0, removed: {}, masked: 0 },
      masks: [],
      differences: [],
      untested: [],
    },
    benchmarked: true,
    measurement,
  });

const noisy = (scale: number) => {
  const random = seededRandom(1, 'arms');
  return (arm: Arm) => ({ cpuSeconds: (arm === 'head' ? scale : 1) * (1 + 0.04 * (random() - 0.5)) });
};

describe('measureRounds', () => {
  it('stops at the first look that concludes', async () => {
    const better = plan(noisy(0.7));
    const record = await measureRounds(better);

    expect(record.rounds).toHaveLength(12);
    expect(better.calls).toHaveLength(36);
    expect(verdictOf(record)).toMatchObject({ verdict: 'improved' });
    expect(verdictOf(await measureRounds(plan(noisy(1.4))))).toMatchObject({ verdict: 'worse' });
    expect(measurementFlaw(record)).toBeUndefined();
  });

  it('goes on to the last look for identical arms and finds no effect', async () => {
    const record = await measureRounds(plan(noisy(1)));

    expect(record.rounds).toHaveLength(24);
    expect(verdictOf(record)).toMatchObject({ verdict: 'no-effect', stopped: { reason: 'no-effect' } });
  });

  it('discards a round on a busy host, records it, and tries it again in the same order', async () => {
    const arms = noisy(0.7);
    let settled = 0;
    const record = await measureRounds(
      plan((arm, call) => ({ ...arms(arm), restOfHostCores: call === 5 ? 0.5 : 0.1 }), {
        settle: () => {
          settled++;
          return Promise.resolve();
        },
      }),
    );

    expect(record.rounds).toHaveLength(13);
    expect(record.rounds[1]).toMatchObject({ round: 1, discarded: 'busy-host' });
    expect(record.rounds[2]).toMatchObject({ round: 1, order: record.rounds[1]!.order });
    expect(settled).toBe(1);
    expect(verdictOf(record).verdict).toBe('improved');
    expect(measurementFlaw(record)).toBeUndefined();
  });

  it('gives up on a host that stays busy: invalid, whatever the samples say', async () => {
    const arms = noisy(0.3);
    const record = await measureRounds(plan((arm) => ({ ...arms(arm), restOfHostCores: 0.9 })));

    expect(record.rounds).toHaveLength(record.maxDiscarded + 1);
    expect(verdictOf(record)).toMatchObject({ verdict: 'invalid-noisy', stopped: { reason: 'busy-host' } });
  });

  it('names the arm whose benchmark fails in the middle', async () => {
    const record = await measureRounds(
      plan((arm, call) => (arm === 'head' && call > 6 ? { exitCode: 137, outcome: 'timeout' } : {})),
    );

    expect(verdictOf(record)).toMatchObject({
      verdict: 'benchmark-failed',
      stopped: { reason: 'benchmark-failed-on-head' },
    });
  });

  it('counts a head that became too short as what it is: faster', async () => {
    const random = seededRandom(2, 'short');
    const record = await measureRounds(
      plan((arm) => ({ cpuSeconds: (arm === 'head' ? 0.05 : 1) * (1 + 0.02 * random()) })),
    );

    expect(verdictOf(record).verdict).toBe('improved');
  });
});
