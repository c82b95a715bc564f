import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { Registry } from 'prom-client';
import { eventually } from '../contract-suites/index.js';
import { finding, labelOf, uniqueContract } from '../contract-suites/fixtures.js';
import { openMemory, Runtime } from '../index.js';
import { metricsOf } from './metrics.js';

describe('what a runtime tells', () => {
  it('counts what it handled, and logs where each record stood, never what it held', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-log-'));
    const logger = createLogger({ level: 'info', file: join(dir, 'log') });
    const registry = new Registry();
    const parts = await openMemory();
    const contract = uniqueContract();
    const runtime = new Runtime({ ...parts, group: 'suite', logger, registry, parkedPollMs: 20 });
    runtime.subscribe({
      contract,
      handler: (event, context) => {
        if (labelOf(event) === 'secret-poison') throw new HeadroomError('broken', { code: 'HEADROOM_TEST_BROKEN' });
        if (labelOf(event) === 'secret-waits') context.park('needs-model');
      },
    });
    await runtime.start();
    for (const label of ['secret-fine', 'secret-poison', 'secret-waits']) {
      await runtime.publisher.publish(contract, finding(label, label), { id: label.slice(7) });
    }

    const text = await eventually(async () => {
      const metrics = await registry.metrics();
      expect(metrics).toContain(
        `headroom_records_handled_total{group="suite",topic="${contract.topic}",outcome="done"} 1`,
      );
      expect(metrics).toContain(
        `headroom_dead_letters_total{group="suite",topic="${contract.topic}",reason="permanent"} 1`,
      );
      expect(metrics).toContain('headroom_deliveries_parked{group="suite"} 1');
      expect(metrics).toContain('headroom_records_in_flight{group="suite"} 0');
      return metrics;
    });
    expect(text).toMatch(/headroom_lag_records\{.*\} 0/);
    expect(text).toMatch(/headroom_handler_duration_seconds_count\{.*\} 3/);
    expect(text).toMatch(/headroom_handler_attempts_total\{.*\} 3/);
    await runtime.close();
    const log = await readFile(join(dir, 'log'), 'utf8');
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const said = (message: string, eventId: string) =>
      lines.find((line) => line['msg'] === message && line['eventId'] === eventId);
    const place = { group: 'suite', topic: contract.topic, offset: expect.any(String), attempt: 1, deliveryAttempt: 1 };
    expect(said('task started', 'fine')).toMatchObject({ ...place, caseId: expect.stringMatching(/^opp-/) });
    expect(said('task finished', 'fine')).toMatchObject(place);
    expect(said('task parked', 'waits')).toMatchObject({ ...place, reason: 'needs-model' });
    expect(said('dead letter', 'poison')).toMatchObject({ ...place, reason: 'permanent' });
    expect(log).not.toContain('secret-');
    expect(await registry.metrics()).not.toContain('headroom_deliveries_parked{group="suite"}');
    await parts.close();
    await rm(dir, { recursive: true });
  });

  it('counts the dead letter of a stream once, also where its batch has to be taken event by event', async () => {
    const registry = new Registry();
    const parts = await openMemory();
    const contract = uniqueContract({ partitions: 1 });
    const runtime = new Runtime({ ...parts, group: 'suite', logger: createLogger({ level: 'silent' }), registry });
    await parts.log.ensureTopics([{ ...contract, name: contract.topic }]);
    const unreadable = { topic: contract.topic, key: Buffer.from('a'), value: Buffer.from('{ no json'), headers: [] };
    await parts.log.append([unreadable]);
    for (const label of ['one', 'two']) await runtime.publisher.publish(contract, finding('a', label), { id: label });
    const sizes: number[] = [];
    runtime.subscribeStream({
      contracts: [contract],
      handler: async (batch) => {
        sizes.push(batch.length);
        if (batch.length > 1) throw new Error('not all at once');
      },
    });

    await runtime.start();

    const handled = `headroom_records_handled_total{group="suite",topic="${contract.topic}",outcome="done"}`;
    const text = await eventually(async () => {
      const metrics = await registry.metrics();
      expect(metrics).toContain(handled);
      expect((await parts.log.lag('suite')).every(({ lag }) => lag === 0n)).toBe(true);
      return metrics;
    });
    await runtime.close();
    await parts.close();
    expect(sizes).toContain(2);
    expect(text).toContain(
      `headroom_dead_letters_total{group="suite",topic="${contract.topic}",reason="permanent"} 1\n`,
    );
  });

  it('leaves out figures that log or store do not give, and answers the scrape all the same', async () => {
    const registry = new Registry();
    const metrics = metricsOf(registry);
    const stop = metrics.observe({
      group: 'suite',
      inFlight: () => 7,
      lag: () => new Promise(() => undefined),
      parked: () => Promise.reject(new Error('away')),
    });

    const text = await registry.metrics();

    expect(text).toContain('headroom_records_in_flight{group="suite"} 7');
    expect(text).not.toMatch(/^headroom_(lag_records|deliveries_parked)\{/m);
    stop();
  });
});
