import { describe, expect, it } from '@jest/globals';
import { assess, rememberOpened } from './assess.js';
import { applyDeployment, applyProfile, emptyHistory } from './history.js';
import { drawWorld, realisticNoise, service } from './testing/world.js';

const deployments = 40;

/** Findings at every look of one history of unchanged code. */
function findingsOf(seed: number, drift: number): string[] {
  const drawn = drawWorld({ ...realisticNoise, deployments, stacks: service(), seed, drift });
  let history = emptyHistory('shop');
  const found: string[] = [];
  for (const [look, announced] of drawn.deployments.entries()) {
    const measured = drawn.profiles[look];
    if (measured) history = applyProfile(applyDeployment(history, announced), measured);
    const { findings } = assess(history);
    found.push(...findings.map((finding) => `seed ${seed}, look ${look}: ${finding.subject}, ${finding.sds} SD`));
    history = rememberOpened(history, findings);
  }
  return found;
}

describe('unchanged code', () => {
  it.each([
    ['without drift', 0],
    ['with 5 % of drift', 0.05],
    ['with 10 % of drift', 0.1],
    ['getting cheaper by 10 %', -0.1],
  ])(
    '%s gives no finding at any look of 50 histories with the noise of real deployments',
    (_name, drift) => {
      const found: string[] = [];
      for (let seed = 0; seed < 50; seed += 1) found.push(...findingsOf(seed + 1000 * Math.round(100 * drift), drift));

      expect(found).toEqual([]);
    },
    60_000,
  );
});
