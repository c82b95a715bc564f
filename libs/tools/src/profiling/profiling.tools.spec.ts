import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { profileRecorded, sha256, type Profile } from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { Toolbox } from '../toolbox.js';
import { profilingTools, StoredProfiles } from './index.js';

const none = { thirdPartyUs: 0, runtimeUs: 0, unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0 };

/** Half a second of `serve`, which calls `quote` for some time. */
function stacksOf(quoteUs: number): Stacks {
  const ids = ['src/main.ts:serve', 'src/quotes.ts:quote'];
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ids.map((id) => ({ id, origin: 'first-party', resolved: true })),
    stacks: [
      { frames: [0], weight: 500_000, samples: 500 },
      { frames: [0, 1], weight: quoteUs, samples: quoteUs / 1000 },
    ],
    lines: [],
    samples: 500 + quoteUs / 1000,
    durationUs: 1_000_000,
    idleUs: 500_000 - quoteUs,
    summary: { ...none, firstPartyUs: 500_000 + quoteUs, resolvedFrames: 2, unmappedFiles: [], problems: [] },
  };
}

let parts: EmbeddedParts;
let toolbox: Toolbox;

async function publish(number: number, quoteUs: number, changes: Partial<Profile> = {}): Promise<void> {
  const stacks = stacksOf(quoteUs);
  const blob = encodeStacks(stacks);
  const ref = await parts.blobs.put(Buffer.from(blob), 'application/octet-stream');
  expect(ref.sha256).toBe(sha256(blob));
  const day = `2026-11-${String(number).padStart(2, '0')}`;
  const time = { startedAt: `${day}T10:00:00Z`, endedAt: `${day}T10:05:00Z` };
  const cpuSeconds = (500_000 + quoteUs) / 1e6;
  const data = {
    ...profileRecorded.example,
    ...time,
    service: 'quotes',
    deployment: `d${number}`,
    samples: stacks.samples,
  };
  await new ServiceIndex(parts.store).putProfile({ ...data, units: 1000, cpuSeconds, profile: ref, ...changes });
}

beforeEach(async () => {
  parts = await openMemory();
  const tools = profilingTools(new StoredProfiles(new ServiceIndex(parts.store), parts.blobs));
  toolbox = new Toolbox(tools, { blobs: parts.blobs, now: () => 0 });
  await publish(1, 100_000);
  await publish(2, 300_000);
});

afterEach(async () => {
  await parts.close();
});

async function call(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await toolbox.call(name, { service: 'quotes', ...args });
  return answer.ok ? (answer.envelope.result ?? {}) : { refused: answer.message };
}

describe('looking at profiles', () => {
  it('lists them, page by page', async () => {
    const first = await call('profiling_list_profiles', { limit: 1 });
    expect(first).toMatchObject({ profiles: [{ deployment: 'd1', cpu_seconds: 0.6, units: 1000 }], total: 2 });
    expect(await call('profiling_list_profiles', { cursor: first['next_cursor'] })).toMatchObject({
      profiles: [{ deployment: 'd2' }],
    });
  });

  it('ranks functions by cost per unit of work', async () => {
    expect(await call('profiling_top_functions', { deployment: 'd2', by: 'total' })).toMatchObject({
      unit: 'cpu_seconds_per_unit',
      functions: [
        { id: 'src/main.ts:serve', total: expect.closeTo(0.0008), self: expect.closeTo(0.0005) },
        { id: 'src/quotes.ts:quote', total: expect.closeTo(0.0003) },
      ],
    });
  });

  it('compares two deployments, the largest rise first', async () => {
    const diff = await call('profiling_diff_profiles', { before_deployment: 'd1', after_deployment: 'd2' });
    expect(diff).toMatchObject({
      unit: 'cpu_seconds_per_unit',
      functions: [
        { id: 'src/main.ts:serve', delta: expect.closeTo(0.0002), self_delta: expect.closeTo(0) },
        { id: 'src/quotes.ts:quote', before: expect.closeTo(0.0001), after: expect.closeTo(0.0003) },
      ],
    });
    const times = {
      before_from: '2026-11-01T00:00:00Z',
      before_to: '2026-11-01T23:00:00Z',
      after_from: '2026-11-02T00:00:00Z',
    };
    expect(await call('profiling_diff_profiles', times)).toEqual(diff);
  });

  it('compares shares where the work is not known of one side', async () => {
    await publish(3, 300_000, { units: undefined });
    expect(await call('profiling_diff_profiles', { before_deployment: 'd1', after_deployment: 'd3' })).toMatchObject({
      unit: 'cpu_share',
      functions: [{ id: 'src/quotes.ts:quote', before: expect.closeTo(1 / 6), after: expect.closeTo(3 / 8) }, {}],
    });
  });

  it('shows callers, callees and chains of a function, found by its name', async () => {
    expect(await call('profiling_call_tree', { function: 'quote', deployment: 'd2' })).toMatchObject({
      function: 'src/quotes.ts:quote',
      callers: [{ id: 'src/main.ts:serve', distance: 1, share: expect.closeTo(3 / 8) }],
      callees: [],
      chains: [{ frames: ['src/main.ts:serve', 'src/quotes.ts:quote'] }],
    });
  });

  it('tells the cost of a function by deployment', async () => {
    expect(await call('profiling_cost_history', { function: 'src/quotes.ts:quote' })).toMatchObject({
      points: [
        { deployment: 'd1', cost: expect.closeTo(0.0001), samples: 100 },
        { deployment: 'd2', cost: expect.closeTo(0.0003), samples: 300 },
      ],
    });
  });

  it.each([
    ['profiling_list_profiles', { service: 'quote' }, 'did you mean quotes'],
    ['profiling_top_functions', { deployment: 'd9' }, 'of the deployments d1, d2'],
    ['profiling_top_functions', { from: '2027-01-01T00:00:00Z' }, 'There is no profile in this window'],
    ['profiling_top_functions', { from: '2027-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'swap them'],
    ['profiling_call_tree', { function: 'qoute' }, 'did you mean src/quotes.ts:quote'],
    ['profiling_cost_history', { function: 'src/quotes.ts:other' }, 'No function'],
    ['profiling_diff_profiles', { before_deployment: 'd1' }, 'Both sides'],
  ])('%s refuses %j with a hint', async (name, args, words) => {
    expect((await call(name, args))['refused']).toContain(words);
  });
});
