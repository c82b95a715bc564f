import { describe, expect, it } from '@jest/globals';
import { armOrders, ARMS } from './arm.order.js';
import { medianInterval } from './bootstrap.js';
import { decide, lookAt, type RoundFigures } from './decision.js';
import { seededRandom, type Random } from './random.js';

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Rounds whose log ratios scatter by `sd`, as measured between processes. */
function simulated(random: Random, count: number, effect: number, sd: number): RoundFigures[] {
  const arm = (factor: number) => {
    const value = factor * Math.exp((normal(random) * sd) / Math.SQRT2);
    return { cpuSeconds: value, wallSeconds: value };
  };
  return Array.from({ length: count }, () => ({ base: arm(1), head: arm(1 + effect), control: arm(1) }));
}

const plan = (seed: number) => ({ looks: [12, 24], minimumEffect: 0.01, seed });

describe('decide', () => {
  it('calls identical arms improved or worse less often than designed, at 4.5 % noise', () => {
    let wrong = 0;
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const { decision } = decide(simulated(seededRandom(run, 'null'), 24, 0, 0.045), plan(run));
      if (decision === 'improved' || decision === 'worse') wrong++;
    }
    expect(wrong / runs).toBeLessThan(0.025);
  }, 120_000);

  it('finds a 27 % effect at the first look', () => {
    let found = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      const { decision, looks } = decide(simulated(seededRandom(run, 'effect'), 12, -0.27, 0.045), plan(run));
      if (decision === 'improved' && looks.length === 1) found++;
    }
    expect(found).toBeGreaterThanOrEqual(198);
  }, 60_000);

  it('stops at the first look with "worse" when the candidate is clearly slower', () => {
    expect(decide(simulated(seededRandom(1), 12, 0.4, 0.03), plan(1))).toMatchObject({ decision: 'worse' });
  });

  it('does not decide before the last look, and calls a small effect no effect after it', () => {
    const rounds = simulated(seededRandom(3), 24, -0.004, 0.03);

    expect(decide(rounds.slice(0, 12), plan(3)).decision).toBeUndefined();
    expect(decide(rounds, plan(3))).toMatchObject({ decision: 'no-effect', looks: [{ rounds: 12 }, { rounds: 24 }] });
  });

  it('calls a run invalid when the same code differs from itself', () => {
    const rounds = simulated(seededRandom(5), 24, -0.4, 0.01).map((round) => ({
      ...round,
      control: { ...round.control, cpuSeconds: round.control.cpuSeconds * 1.06 },
    }));

    expect(decide(rounds, plan(5)).decision).toBe('invalid-noisy');
  });

  it('calls a run invalid when its noise floor exceeds a tenth, however large the effect seems', () => {
    expect(decide(simulated(seededRandom(7), 24, -0.5, 0.6), plan(7)).decision).toBe('invalid-noisy');
  });

  it('needs the whole interval beyond the minimum effect', () => {
    const rounds = simulated(seededRandom(9), 24, -0.06, 0.01);

    expect(decide(rounds, plan(9)).decision).toBe('improved');
    expect(decide(rounds, { ...plan(9), minimumEffect: 0.1 }).decision).toBe('no-effect');
  });

  it('gives the same looks for the same samples and seed', () => {
    const rounds = simulated(seededRandom(11), 24, -0.02, 0.04);

    expect(decide(rounds, plan(11))).toEqual(decide(rounds, plan(11)));
  });

  it('splits the error over the looks', () => {
    const rounds = simulated(seededRandom(13), 12, 0, 0.04);

    expect(lookAt(rounds, plan(13)).level).toBeCloseTo(0.975);
    expect(lookAt(rounds, { ...plan(13), looks: [12] }).level).toBeCloseTo(0.95);
  });

  it('asks more of each of several candidates than of one alone', () => {
    const rounds = simulated(seededRandom(13), 12, -0.03, 0.03);
    const alone = lookAt(rounds, plan(13));
    const oneOfThree = lookAt(rounds, { ...plan(13), candidates: 3 });

    expect(oneOfThree.level).toBeCloseTo(1 - 0.025 / 3);
    expect(oneOfThree.cpu.high).toBeGreaterThan(alone.cpu.high);
  });
});

describe('armOrders', () => {
  it.each([3, 6, 12, 24, 30])('lets each arm hold each position equally often in %i rounds', (rounds) => {
    for (let seed = 0; seed < 50; seed++) {
      const orders = armOrders(seed, rounds);
      for (const arm of ARMS) {
        for (const position of [0, 1, 2]) {
          expect(orders.filter((order) => order[position] === arm)).toHaveLength(rounds / 3);
        }
      }
    }
  });

  it('follows from the seed', () => {
    expect(armOrders(4, 24)).toEqual(armOrders(4, 24));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(armOrders(seed, 24)))).size).toBeGreaterThan(
      10,
    );
  });
});

describe('medianInterval', () => {
  it('holds the median and narrows with the level', () => {
    const values = Array.from({ length: 25 }, (_, index) => index);
    const wide = medianInterval(values, 0.99, seededRandom(1));
    const narrow = medianInterval(values, 0.5, seededRandom(1));

    expect(wide.estimate).toBe(12);
    expect(wide.low).toBeLessThan(narrow.low);
    expect(narrow.low).toBeLessThanOrEqual(12);
    expect(wide.high).toBeGreaterThan(narrow.high);
  });
});
