import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { changeDeployed, profileRecorded } from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { Toolbox } from '../toolbox.js';
import { profilingTools, StoredProfiles } from './index.js';

const SUBJECT = 'src/quotes.ts:quote';
const none = { thirdPartyUs: 0, runtimeUs: 0, unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0 };

function stacksOf(quoteUs: number): Stacks {
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ['src/main.ts:serve', SUBJECT].map((id) => ({ id, origin: 'first-party', resolved: true })),
    stacks: [
      { frames: [0], weight: 500_000, samples: 500 },
      { frames: [0, 1], weight: quoteUs, samples: Math.round(quoteUs / 1000) },
    ],
    lines: [],
    samples: 500 + Math.round(quoteUs / 1000),
    durationUs: 1_000_000,
    idleUs: 500_000 - quoteUs,
    summary: { ...none, firstPartyUs: 500_000 + quoteUs, resolvedFrames: 2, unmappedFiles: [], problems: [] },
  };
}

let parts: EmbeddedParts;
let index: ServiceIndex;
let toolbox: Toolbox;

function at(number: number, minute = 0): string {
  return new Date(Date.UTC(2026, 10, 2, number, minute)).toISOString();
}

/** Fourteen deployments; the function is dearer from the ninth on. */
async function deploy(levels: { before: number; after: number }, restOfHostCores = 0.02): Promise<void> {
  for (let number = 1; number <= 14; number += 1) {
    const shared = { service: 'quotes', environment: 'production', deployment: `d${number}` };
    const commit = String(number).padStart(40, '0');
    await index.putChange({ ...changeDeployed.example, ...shared, commit, deployedAt: at(number) });
    const stacks = stacksOf((number < 9 ? levels.before : levels.after) + (number % 3) * 700);
    const profile = await parts.blobs.put(Buffer.from(encodeStacks(stacks)), 'application/octet-stream');
    const work = { units: 1000, cpuSeconds: stacks.summary.firstPartyUs / 1e6, restOfHostCores };
    const time = { startedAt: at(number, 5), endedAt: at(number, 10) };
    await index.putProfile({
      ...profileRecorded.example,
      ...shared,
      ...work,
      ...time,
      samples: stacks.samples,
      profile,
    });
  }
}

async function explain(args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await toolbox.call('profiling_explain_verdict', { service: 'quotes', function: SUBJECT, ...args });
  return answer.ok ? (answer.envelope.result ?? {}) : { refused: answer.message };
}

beforeEach(async () => {
  parts = await openMemory();
  index = new ServiceIndex(parts.store);
  const tools = profilingTools(new StoredProfiles(index, parts.blobs), index);
  toolbox = new Toolbox(tools, { blobs: parts.blobs, now: () => 0 });
});

afterEach(async () => {
  await parts.close();
});

describe('why a function was, or was not, reported', () => {
  it('is told with the filter and its figures, as of a time', async () => {
    await deploy({ before: 40_000, after: 120_000 });

    expect(await explain({})).toMatchObject({
      series: [{ verdict: 'reported', compared: { deployment: 'd9' }, deployments: 14 }],
      complete: true,
    });
    expect(await explain({ at: at(8) })).toMatchObject({
      series: [{ verdict: 'not-judged', why: expect.stringContaining('too few'), compared: { needed: 12 } }],
    });
    expect(await explain({ function: 'src/main.ts:serve' })).toMatchObject({
      series: [{ verdict: expect.stringMatching(/reported/) }],
    });
  });

  it('names what was too small, and what a busy host hid', async () => {
    await deploy({ before: 40_000, after: 44_000 });
    expect(await explain({})).toMatchObject({
      series: [{ verdict: 'not-reported', why: expect.stringMatching(/too small|stands out|deployments differ/) }],
    });
  });

  it('tells which deployments do not count', async () => {
    await deploy({ before: 40_000, after: 120_000 }, 0.9);
    const { series } = (await explain({})) as { series: { verdict: string; set_aside: object[] }[] };
    expect(series).toMatchObject([{ verdict: 'not-judged', why: expect.stringContaining('quiet host') }]);
    expect(series[0]?.set_aside).toHaveLength(14);
    expect(series[0]?.set_aside[0]).toEqual({ deployment: 'd1', reason: 'busy-host' });
  });

  it('says that a function is in no profile', async () => {
    await deploy({ before: 40_000, after: 40_000 });
    expect((await explain({ function: 'src/other.ts:x' }))['refused']).toContain('No profile of quotes holds');
    expect((await explain({ service: 'quote' }))['refused']).toContain('did you mean quotes');
  });
});
