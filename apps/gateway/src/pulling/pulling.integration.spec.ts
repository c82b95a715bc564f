import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { profileRecorded, type Profile } from '@headroom/contracts';
import { configSchema, type PullSettings } from '@headroom/platform';
import { decodeStacks, functionCosts } from '@headroom/profiling';
import { eventually, GatewayWorld, headerOf } from '../testing/gateway.world.js';
import { GoProgram } from '../testing/go.program.js';

jest.setTimeout(120_000);

const commit = 'a'.repeat(40);
let program: GoProgram;
let address: string;
let world: GatewayWorld;

beforeAll(async () => {
  program = new GoProgram();
  address = await program.start();
});
afterEach(() => world.close());
afterAll(() => program.remove());

function plan(settings: Record<string, unknown>): { settings: readonly PullSettings[]; env: Record<string, string> } {
  const entry = { service: 'register', everySeconds: 2, seconds: 1, version: commit, ...settings };
  const { profiles } = configSchema.parse({ version: 1, services: {}, profiles: { pull: [entry] } });
  return { settings: profiles.pull, env: {} };
}

async function published(count: number): Promise<{ id: string; data: Profile }[]> {
  const records = await eventually(`${count} pulled profiles`, async () => {
    const found = await world.records(profileRecorded);
    return found.length >= count ? found : undefined;
  });
  return records.map((record) => ({
    id: headerOf(record, 'ce_id') ?? '',
    data: JSON.parse(String(record.value)) as Profile,
  }));
}

describe('a Go program whose net/http/pprof the gateway asks on a schedule', () => {
  it('has a profile recorded for each window, with the method that burns on top', async () => {
    const pull = plan({ url: `http://${address}/debug/pprof/profile`, pathMap: { [program.dir]: '' } });
    world = await GatewayWorld.open({ pull });

    const found = await published(2);
    const [{ data }] = found as [(typeof found)[0]];
    expect(data).toMatchObject({ service: 'register', environment: 'production', version: commit, deployment: commit });
    expect(data.cpuSeconds).toBeGreaterThan(0);
    expect(Date.parse(data.endedAt) - Date.parse(data.startedAt)).toBeGreaterThanOrEqual(900);
    const stacks = decodeStacks(await world.parts.blobs.get(data.profile));
    const [dearest] = functionCosts(stacks, { cpuSeconds: 1, units: 1 }).toSorted((a, b) => b.self - a.self);
    expect(dearest?.id).toBe('cmd/main.go:Register.Total');
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    const [first, second] = found
      .map(({ data: each }) => each)
      .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    expect(Date.parse(second!.startedAt)).toBeGreaterThanOrEqual(Date.parse(first!.endedAt));
  });
});
