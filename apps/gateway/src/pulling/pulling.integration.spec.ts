import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { profileRecorded, type Profile } from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import { configSchema, type Logger } from '@headroom/platform';
import { decodeStacks, functionCosts } from '@headroom/profiling';
import { ConstructedPyroscope, freePort } from '@headroom/testing';
import { eventually, GatewayWorld, headerOf } from '../testing/gateway.world.js';
import { GoProgram } from '../testing/go.program.js';
import { PprofEndpoint } from './pprof.endpoint.js';
import type { PullPlan } from './profile.puller.js';

jest.setTimeout(120_000);

const commit = 'a'.repeat(40);
let program: GoProgram;
let address: string;
let world: GatewayWorld;

beforeAll(async () => {
  program = await GoProgram.build();
  address = await program.start();
});
afterEach(() => world.close());
afterAll(() => program.remove());

function plan(settings: Record<string, unknown>, tools: Record<string, unknown> = {}): PullPlan {
  const entry = { service: 'register', everySeconds: 2, pathMap: { [program.dir]: '' }, ...settings };
  const config = configSchema.parse({ version: 1, services: {}, tools, profiles: { pull: [entry] } });
  return { settings: config.profiles.pull, tools: config.tools, env: {} };
}

function planOfProgram(settings: Record<string, unknown> = { version: commit }): PullPlan {
  return plan({ url: `http://${address}/debug/pprof/profile`, seconds: 1, ...settings });
}

interface Published {
  id: string;
  data: Profile;
}

async function published(count: number): Promise<[Published, ...Published[]]> {
  const records = await eventually(`${count} pulled profiles`, async () => {
    const found = await world.records(profileRecorded);
    return found.length >= count ? found : undefined;
  });
  const all = records.map((record) => ({
    id: headerOf(record, 'ce_id') ?? '',
    data: JSON.parse(String(record.value)) as Profile,
  }));
  return all.toSorted((a, b) => (a.data.startedAt < b.data.startedAt ? -1 : 1)) as [Published, ...Published[]];
}

async function deploy(deployment: string, of: string): Promise<void> {
  const change = { service: 'register', environment: 'production', deployment, kind: 'code' as const, commit: of };
  await new ServiceIndex(world.parts.store).putChange({ ...change, deployedAt: '2026-11-02T10:00:00Z' });
}

/** A log that keeps what is said at a level. */
function keptLog(): { logger: Logger; said: string[] } {
  const said: string[] = [];
  const keep =
    (level: string) =>
    (facts: object, message: string): void =>
      void said.push(`${level} ${message} ${'reason' in facts ? String(facts.reason) : ''}`.trim());
  const none = (): void => undefined;
  const logger = { debug: none, trace: none, info: keep('info'), warn: keep('warn'), error: keep('error') };
  return { logger: logger as unknown as Logger, said };
}

function pulls(said: readonly string[]): string[] {
  return said.filter((each) => each.includes('pulled'));
}

describe('a Go program whose net/http/pprof the gateway asks on a schedule', () => {
  it('has a profile recorded for each window, with the method that burns on top', async () => {
    world = await GatewayWorld.open({ pull: planOfProgram() });

    const found = await published(2);
    const [{ data }, next] = found;
    expect(data).toMatchObject({ service: 'register', environment: 'production', version: commit, deployment: commit });
    expect(data.cpuSeconds).toBeGreaterThan(0);
    expect(Date.parse(data.endedAt) - Date.parse(data.startedAt)).toBeGreaterThanOrEqual(900);
    const stacks = decodeStacks(await world.parts.blobs.get(data.profile));
    const [dearest] = functionCosts(stacks, { cpuSeconds: 1, units: 1 }).toSorted((a, b) => b.self - a.self);
    expect(dearest?.id).toBe('cmd/main.go:Register.Total');
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(Date.parse(next!.data.startedAt)).toBeGreaterThanOrEqual(Date.parse(data.endedAt));
  });

  it('is asked by one of two gateways only, once for each window', async () => {
    world = await GatewayWorld.open({ pull: planOfProgram() });
    await world.start({ token: 'another', pull: planOfProgram() });

    const found = await published(3);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    const ends = found.map(({ data }) => Date.parse(data.endedAt));
    found.slice(1).forEach(({ data }, index) => {
      expect(Date.parse(data.startedAt)).toBeGreaterThanOrEqual(ends[index]!);
    });
  });

  it('is asked once for a window, and a repeat is the same event', async () => {
    const pull = planOfProgram({ version: commit, everySeconds: 86_400 });
    world = await GatewayWorld.open();
    const first = await world.start({ token: 'first', pull });
    await published(1);
    const done = await eventually(
      'the window being done',
      async () => (await world.parts.store.list('gateway:pull:'))[0],
    );
    await first.close();

    const second = await world.start({ token: 'second', pull });
    await delay(2000);
    expect(await published(1)).toHaveLength(1);
    await second.close();

    await world.parts.store.delete(done.key);
    await world.start({ token: 'third', pull });
    const [{ id }, again] = await published(2);
    expect(again?.id).toBe(id);
  });

  it('is of the commit that was deployed last, and of that deployment', async () => {
    world = await GatewayWorld.open();
    await deploy('d7', 'b'.repeat(40));
    await world.start({ token: 'another', pull: planOfProgram({}) });

    expect((await published(1))[0].data).toMatchObject({ version: 'b'.repeat(40), deployment: 'd7' });
  });

  it('whose commit nothing tells is said once, with what would tell it', async () => {
    const { logger, said } = keptLog();
    world = await GatewayWorld.open();
    await world.start({ token: 'another', logger, pull: planOfProgram({}) });

    await eventually('a warning', () => pulls(said)[0]);
    await delay(3000);
    expect(pulls(said)).toEqual([
      expect.stringMatching(/^warn no profile.*which commit of register.*change\.deployed/),
    ]);
    expect(await world.records(profileRecorded)).toEqual([]);
  });

  it('says its build, and how much it did, where the configuration knows who tells them', async () => {
    const tells = createServer((request, response) => {
      if (request.url === '/version') return void response.end(`{"revision":"${'c'.repeat(40)}"}`);
      const values = [
        [1, '40'],
        [2, '60'],
      ];
      const data = { resultType: 'matrix', result: [{ metric: {}, values }] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'success', data }));
    });
    await new Promise<void>((resolve) => tells.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(tells.address() as AddressInfo).port}`;
    const prometheus = { url, metrics: { work: 'rate(sums_total{service="{service}"}[1m])' } };
    const told = { versionFrom: `${url}/version`, unitsFrom: 'work' };
    try {
      const of = { url: `http://${address}/debug/pprof/profile`, seconds: 1 };
      world = await GatewayWorld.open({ pull: plan({ ...of, ...told }, { prometheus }) });
      const [{ data }] = await published(1);

      expect(data.version).toBe('c'.repeat(40));
      const seconds = (Date.parse(data.endedAt) - Date.parse(data.startedAt)) / 1000;
      expect(data.units).toBeCloseTo(50 * seconds, 6);
    } finally {
      tells.closeAllConnections();
      tells.close();
    }
  });

  it('that is away is told once, asked again, and told when it is back', async () => {
    const { logger, said } = keptLog();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/debug/pprof/profile`;
    world = await GatewayWorld.open();
    await world.start({ token: 'another', logger, pull: planOfProgram({ version: commit, url }) });
    await eventually('a warning', () => pulls(said)[0]);
    await delay(1500);
    const other = await GoProgram.build();
    try {
      await other.start(`127.0.0.1:${port}`);
      await published(1);
    } finally {
      await other.remove();
    }

    expect(pulls(said).slice(0, 2)).toEqual([
      expect.stringMatching(/^warn no profile could be pulled.*ECONNREFUSED/),
      expect.stringMatching(/^info profiles are pulled again/),
    ]);
  });

  it('that somebody else profiles is told as busy', async () => {
    world = await GatewayWorld.open();
    const one = new PprofEndpoint({ url: `http://${address}/debug/pprof/profile`, seconds: 3 });
    const [first, second] = [new AbortController(), new AbortController()];
    const window = { startMs: 0, endMs: 1 };
    const ending = one.pull(window, first.signal).catch(() => undefined);
    await delay(500);

    await expect(one.pull(window, second.signal)).rejects.toMatchObject({
      code: 'HEADROOM_PULL_BUSY',
      retryable: true,
    });
    await ending;
  });

  it('does not hold up a gateway that closes', async () => {
    world = await GatewayWorld.open();
    const pull = planOfProgram({ version: commit, everySeconds: 120, seconds: 60 });
    const gateway = await world.start({ token: 'another', pull });
    await delay(500);

    const hanging = delay(30_000, 'hangs', { ref: false });
    expect(await Promise.race([gateway.close().then(() => 'closed'), hanging])).toBe('closed');
    expect(await world.records(profileRecorded)).toEqual([]);
  });
});

describe('what Grafana Pyroscope has of a service', () => {
  let pyroscope: ConstructedPyroscope;

  beforeEach(async () => {
    pyroscope = await new ConstructedPyroscope().listen();
  });
  afterEach(() => pyroscope.close());

  it('is pulled by whole windows, each deployment by itself', async () => {
    const stacks = { 'main@/app/main.go;till.Total@/app/till.go': 2e9 };
    const labels = { service_name: 'register' };
    for (let ago = 0; ago < 40; ago += 1) {
      for (const service_git_ref of [commit, 'b'.repeat(40)]) {
        pyroscope.pushed.push({ labels: { ...labels, service_git_ref }, atMs: Date.now() - ago * 1000, stacks });
      }
    }
    const tools = { pyroscope: { url: pyroscope.url, labels: { version: 'service_git_ref' } } };
    world = await GatewayWorld.open({ pull: plan({ pyroscope: true, pathMap: { '/app': '' } }, tools) });

    const found = await published(2);

    expect(new Set(found.map(({ data }) => data.version))).toEqual(new Set([commit, 'b'.repeat(40)]));
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    const { frames } = decodeStacks(await world.parts.blobs.get(found[0].data.profile));
    expect(frames.map(({ id }) => id)).toEqual(['main.go:main', 'till.go:Total']);
  });
});
