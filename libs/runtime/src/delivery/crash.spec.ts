import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextGathered, findingOpened, type Finding } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { eventually } from '../contract-suites/index.js';
import { headerOf } from '../contract-suites/fixtures.js';
import { getStreamState, openEmbedded, Runtime, type LogRecord, type ReadableLog } from '../index.js';

/** Where the child stands still and waits to be killed. */
type CrashPoint = 'working' | 'published' | 'finished' | 'folded' | 'announced';

const GROUP = 'context-gatherer';
const gathered = (finding: Finding, run: string) => ({
  ...contextGathered.example,
  service: run,
  case: { ...finding.case, step: 'context.1' },
});

/** Runs in the child: the same work as in {@link finishWork}, up to the crash point. */
const CHILD = `
import { contextGathered, findingOpened } from '@headroom/contracts';
import { openEmbedded, Runtime } from '@headroom/runtime';
import { createLogger } from '@headroom/platform';
const [dir, point] = process.argv.slice(1);
const parts = await openEmbedded(dir, { purpose: 'the child' });
const log = Object.create(parts.log);
const here = () => { process.stdout.write('here\\n'); return new Promise(() => setInterval(() => {}, 1000)); };
for (const name of ['identity', 'ensureTopics', 'append', 'lag', 'read', 'topics', 'partitionsOf', 'ping']) log[name] = (...given) => parts.log[name](...given);
log.append = async (records) => {
  if (point === 'announced' && records.some((each) => each.topic === contextGathered.topic)) await here();
  await parts.log.append(records);
  if (point === 'published' && records.some((each) => each.topic === contextGathered.topic)) await here();
};
log.join = async (spec, on) => {
  const inner = await parts.log.join(spec, on);
  const commit = () => here();
  return { pause: (tp) => inner.pause(tp), resume: (tp, from) => inner.resume(tp, from), leave: () => inner.leave(), commit };
};
await parts.log.ensureTopics([{ ...contextGathered, name: contextGathered.topic }]);
const runtime = new Runtime({ group: '${GROUP}', log, store: parts.store, blobs: parts.blobs, logger: createLogger({ level: 'error' }) });
const data = (finding) => ({ ...contextGathered.example, service: 'child', case: { ...finding.case, step: 'context.1' } });
if (point === 'folded' || point === 'announced') {
  const state = point === 'folded' ? 'key-value' : 'snapshot';
  runtime.subscribeStream({ contracts: [findingOpened], state, handler: async (batch, context) => {
    for (const { event } of batch) {
      context.put('count', ((await context.get('count')) ?? 0) + 1);
      context.publish(contextGathered, data(event.data), { causation: event, step: 'context.1' });
    }
  } });
} else {
  runtime.subscribe({ contract: findingOpened, handler: async (event, context) => {
    await context.step('paid', () => 'by the child');
    if (point === 'working') await here();
    await context.publish(contextGathered, data(event.data), { step: 'context.1' });
  } });
}
await runtime.start();
await runtime.publisher.publish(findingOpened, findingOpened.example, { id: 'the-input' });
`;

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-crash-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

/** Starts the child and kills it, without a chance to clean up, where it stands still. */
async function crashAt(point: CrashPoint): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CHILD, dir, point], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (errors += String(chunk)));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await eventually(() => {
    if (!output.includes('here')) throw new Error(`the child is not at its crash point: ${errors}`);
  });
  await expect(openEmbedded(dir)).rejects.toThrow(`process ${child.pid} (the child)`);
  child.kill('SIGKILL');
  await ended;
}

async function published(log: ReadableLog): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let partition = 0; partition < contextGathered.partitions; partition += 1) {
    records.push(...(await log.read({ topic: contextGathered.topic, partition }, 0n, 10)));
  }
  return records;
}

async function behind(log: ReadableLog): Promise<bigint> {
  return (await log.lag(GROUP)).reduce((sum, each) => sum + each.lag, 0n);
}

/** The next process: the same directory, the same subscription. */
async function finishWork(): Promise<{ handled: string[]; outputs: LogRecord[] }> {
  const parts = await openEmbedded(dir);
  const runtime = new Runtime({ ...parts, group: GROUP, logger: createLogger({ level: 'silent' }) });
  const handled: string[] = [];
  runtime.subscribe({
    contract: findingOpened,
    handler: async (event, context) => {
      handled.push(await context.step('paid', () => 'again'));
      await context.publish(contextGathered, gathered(event.data, 'parent'), { step: 'context.1' });
    },
  });
  await runtime.start();
  await eventually(async () => expect(await behind(parts.log)).toBe(0n));
  const outputs = await published(parts.log);
  await runtime.close();
  await parts.close();
  return { handled, outputs };
}

describe('a process that is killed', () => {
  it('while it works: the next one goes on with the stored step, and publishes once', async () => {
    await crashAt('working');

    const { handled, outputs } = await finishWork();

    expect(handled).toEqual(['by the child']);
    expect(outputs).toHaveLength(1);
  });

  it('between publishing and finishing: the next one publishes the same bytes under the same id', async () => {
    await crashAt('published');

    const { handled, outputs } = await finishWork();

    expect(handled).toEqual(['by the child']);
    expect(outputs).toHaveLength(2);
    expect(outputs[1]?.value).toEqual(outputs[0]?.value);
    expect(outputs[1]?.headers).toEqual(outputs[0]?.headers);
    expect(String(outputs[1]?.value)).toContain('"child"');
    expect(headerOf(outputs[0]!, 'ce_causationid')).toBe('the-input');
  });

  it('between finishing and committing: the next one skips the event and commits it', async () => {
    await crashAt('finished');

    const { handled, outputs } = await finishWork();

    expect(handled).toEqual([]);
    expect(outputs).toHaveLength(1);
  });

  it('after folding a stream, before its commit: nothing is folded or published twice', async () => {
    await crashAt('folded');
    const parts = await openEmbedded(dir);
    const runtime = new Runtime({ ...parts, group: GROUP, logger: createLogger({ level: 'silent' }) });
    let folded = 0;
    runtime.subscribeStream({
      contracts: [findingOpened],
      handler: async (batch, context) => {
        folded += batch.length;
        context.put('count', ((await context.get<number>('count')) ?? 0) + batch.length);
      },
    });

    await runtime.start();
    await eventually(async () => expect(await behind(parts.log)).toBe(0n));

    expect(folded).toBe(0);
    expect(await getStreamState(parts.store, GROUP, 'count')).toBe(1);
    expect(await published(parts.log)).toHaveLength(1);
    await runtime.close();
    await parts.close();
  });

  it('between storing and publishing the outputs of a snapshot stream: the next one publishes the same bytes', async () => {
    await crashAt('announced');
    const parts = await openEmbedded(dir);
    const runtime = new Runtime({ ...parts, group: GROUP, logger: createLogger({ level: 'silent' }) });
    let count: number | undefined;
    runtime.subscribeStream({
      contracts: [findingOpened],
      state: 'snapshot',
      handler: async (batch, context) => {
        count = ((await context.get<number>('count')) ?? 0) + batch.length;
        context.put('count', count);
        for (const { event } of batch) {
          const data = gathered(event.data as Finding, 'parent');
          context.publish(contextGathered, data, { causation: event, step: 'context.1' });
        }
      },
    });

    await runtime.start();
    await eventually(async () => expect(await behind(parts.log)).toBe(0n));

    expect(count).toBe(1);
    const outputs = await published(parts.log);
    expect(outputs).toHaveLength(1);
    expect(String(outputs[0]?.value)).toContain('"child"');
    await runtime.close();
    await parts.close();
  });
});
