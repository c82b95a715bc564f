import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@headroom/platform';
import { Registry } from 'prom-client';
import { eventually } from '../contract-suites/index.js';
import { finding, uniqueContract } from '../contract-suites/fixtures.js';
import { openMemory, Runtime, startHealthServer, type EmbeddedParts, type HealthServer } from '../index.js';

const registry = new Registry();
const logger = createLogger({ level: 'silent' });

let parts: EmbeddedParts;
let runtime: Runtime;
let server: HealthServer;
let finish: () => void;
let running = 0;
let stopped = 0;

beforeEach(async () => {
  parts = await openMemory();
  const contract = uniqueContract();
  running = 0;
  stopped = 0;
  runtime = new Runtime({ ...parts, group: 'slow', logger, registry, drainDeadlineMs: 60_000, abortGraceMs: 50 });
  runtime.subscribe({
    contract,
    handler: async (_event, context) => {
      running += 1;
      context.signal.addEventListener('abort', () => (stopped += 1));
      await new Promise<void>((resolve) => (finish = resolve));
    },
  });
  server = await startHealthServer({ host: '127.0.0.1', port: 0, sources: () => [runtime], registry });
  await runtime.start();
  await runtime.publisher.publish(contract, finding('case', 'slow'));
  await eventually(() => expect(running).toBe(1));
});

afterEach(async () => {
  finish();
  await runtime.close();
  await server.close();
  await parts.close();
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL(path, server.url));
  return { status: response.status, body: await response.json() };
}

describe('the health of a stage over HTTP', () => {
  it('is ready while a handler takes its time', async () => {
    expect(await get('/health/ready')).toEqual({ status: 200, body: { status: 'ready', stages: { slow: 'joined' } } });
  });

  it('is live but not ready while it drains', async () => {
    const closing = runtime.close();

    expect(await get('/health/ready')).toEqual({
      status: 503,
      body: { status: 'not ready', stages: { slow: 'draining' } },
    });
    expect((await get('/health/live')).status).toBe(200);
    finish();
    await closing;
    expect(stopped).toBe(0);
  });

  it('tells running work to stop before the drain deadline when there is a hurry', async () => {
    const closing = runtime.close();
    runtime.hurry();

    await closing;
    expect(stopped).toBe(1);
    expect(runtime.status).toBe('STOPPED');
  });

  it('shows the metrics, and nothing else', async () => {
    const metrics = await fetch(new URL('/metrics', server.url));

    expect(await metrics.text()).toContain('headroom_records_in_flight{group="slow"} 1');
    expect((await fetch(new URL('/v1/cases', server.url))).status).toBe(404);
  });

  it('says which address is taken', async () => {
    const port = Number(new URL(server.url).port);
    const second = startHealthServer({ host: '127.0.0.1', port, sources: () => [], registry });

    await expect(second).rejects.toMatchObject({
      code: 'HEADROOM_HTTP_ADDRESS_UNAVAILABLE',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
