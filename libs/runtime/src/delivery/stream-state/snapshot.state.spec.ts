import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findingOpened, topicOf } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { eventually } from '../../contract-suites/index.js';
import { finding, labelOf } from '../../contract-suites/fixtures.js';
import { openMemory, Runtime, type EmbeddedParts, type ReadableLog } from '../../index.js';

const GROUP = 'detector';
const contract = { ...findingOpened, partitions: 1 };

let first: EmbeddedParts;
let second: EmbeddedParts;
const runtimes: Runtime[] = [];

beforeEach(async () => {
  first = await openMemory();
  second = await openMemory();
});

afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
  await first.close();
  await second.close();
});

/** Publishes labels and folds them into a list; what the fold knew after the last one. */
async function foldOn(
  log: ReadableLog,
  parts: Pick<EmbeddedParts, 'store' | 'blobs'>,
  labels: string[],
): Promise<string[]> {
  await log.ensureTopics([topicOf(contract)]);
  const runtime = new Runtime({ group: GROUP, log, ...parts, logger: createLogger({ level: 'silent' }) });
  runtimes.push(runtime);
  let known: string[] = [];
  runtime.subscribeStream({
    contracts: [contract],
    state: 'snapshot',
    handler: async (batch, context) => {
      known = [...((await context.get<string[]>('known')) ?? []), ...batch.map(({ event }) => labelOf(event))];
      context.put('known', known);
    },
  });
  await runtime.start();
  for (const label of labels) await runtime.publisher.publish(contract, finding('a', label));
  await eventually(() => expect(known).toContain(labels.at(-1)));
  await runtime.close();
  return known;
}

/** The log under another identity. */
function named(log: ReadableLog, identity: string): ReadableLog {
  return new Proxy(log, {
    get: (target, name: keyof ReadableLog) =>
      name === 'identity' ? async () => identity : (target[name] as (...given: unknown[]) => unknown).bind(target),
  });
}

describe('a snapshot', () => {
  it('of another log is not taken for the own one because it lies beside the same blobs', async () => {
    await foldOn(first.log, first, ['one', 'two']);

    expect(await foldOn(second.log, { store: second.store, blobs: first.blobs }, ['three'])).toEqual(['three']);
  });

  it('is kept when the log was made anew under the same store; its offsets are not', async () => {
    await foldOn(first.log, first, ['one', 'two']);

    expect(await foldOn(second.log, first, ['three'])).toEqual(['one', 'two', 'three']);
  });

  it('does not hide the records of a topic that was made anew', async () => {
    await foldOn(first.log, first, ['one', 'two']);
    const log = named(second.log, await first.log.identity());

    expect(await foldOn(log, first, ['three'])).toEqual(['one', 'two', 'three']);
  });

  it('is not made without a blob store', () => {
    const runtime = new Runtime({ group: GROUP, log: first.log, store: first.store, logger: createLogger() });

    expect(() =>
      runtime.subscribeStream({ contracts: [contract], state: 'snapshot', handler: () => undefined }),
    ).toThrow('give the runtime `blobs`');
  });

  it('is made by one subscription of a group', () => {
    const runtime = new Runtime({ group: GROUP, ...first, logger: createLogger() });
    runtime.subscribeStream({ contracts: [contract], state: 'snapshot', handler: () => undefined });
    const other = { ...contract, topic: 'other.v1' };

    expect(() => runtime.subscribeStream({ contracts: [other], state: 'snapshot', handler: () => undefined })).toThrow(
      expect.objectContaining({ code: 'HEADROOM_SUBSCRIPTION_DUPLICATE' }),
    );
  });
});
