import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { profileRecorded } from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import { toolsSchema } from '@headroom/platform';
import { recordProfile } from '@headroom/profiling';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { ConstructedPyroscope, pprofBytes } from '@headroom/testing';
import { pyroscopeOf } from '../../outside/outside.sources.js';
import { Toolbox } from '../../toolbox.js';
import { profilingTools, StoredProfiles } from '../index.js';

const at = (time: string): number => Date.parse(`2026-11-02T${time}Z`);
const window = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T12:00:00Z' };
const [first, second] = ['a'.repeat(40), 'b'.repeat(40)];
const work = 'main@/app/main.go;till.Total@/app/till.go';

let parts: EmbeddedParts;
let server: ConstructedPyroscope;

beforeEach(async () => {
  parts = await openMemory();
  server = await new ConstructedPyroscope().listen();
});

afterEach(async () => {
  await server.close();
  await parts.close();
});

function push(time: string, workSeconds: number, labels: Record<string, string> = {}): void {
  const stacks = { 'main@/app/main.go': 1e9, [work]: workSeconds * 1e9 };
  server.pushed.push({ labels: { service_name: 'till', ...labels }, atMs: at(time), stacks });
}

interface Envelope {
  result: Record<string, unknown> & { functions: { id: string; origin?: string; before?: number; after?: number }[] };
  meta: { source: string; window: { from: string; to: string } };
}

function toolbox(settings: Record<string, unknown> = {}, env: Record<string, string> = {}): Toolbox {
  const index = new ServiceIndex(parts.store);
  const tools = toolsSchema.parse({ pyroscope: { url: server.url, ...settings } });
  const known = { changes: index, pathMapOf: () => ({ '/app': 'src' }), now: () => at('12:00:00') };
  const own = new StoredProfiles(index, parts.blobs);
  const { blobs } = parts;
  return new Toolbox(profilingTools(own, index, [pyroscopeOf(tools, env, known)!]), { blobs, now: () => 0 });
}

async function answer(name: string, input: unknown, box = toolbox()): Promise<Envelope> {
  const result = await box.call(`profiling_${name}`, input);
  if (!result.ok) throw new Error(result.message);
  return result.envelope as unknown as Envelope;
}

async function failure(name: string, input: unknown, box = toolbox()): Promise<string> {
  const result = await box.call(`profiling_${name}`, input);
  if (result.ok) throw new Error('it was answered');
  return result.message;
}

async function deploy(deployment: string, commit: string, time: string): Promise<void> {
  const change = { service: 'till', environment: 'production', deployment, kind: 'code' as const, commit };
  await new ServiceIndex(parts.store).putChange({ ...change, deployedAt: new Date(at(time)).toISOString() });
}

async function publishOwn(): Promise<void> {
  const pathMap = { '/app': 'src' };
  const { blob, event } = await recordProfile(
    pprofBytes({ [work]: 1e9 }, at('10:05:00'), 60_000),
    { ...profileRecorded.example, service: 'till', deployment: 'own-1', startedAt: '2026-11-02T10:04:00Z' },
    { source: '/test', pathMap, fetchSource: () => Promise.resolve(undefined) },
  );
  await parts.blobs.put(Buffer.from(blob), 'application/octet-stream');
  await new ServiceIndex(parts.store).putProfile(event.data);
}

describe('profiles in Grafana Pyroscope', () => {
  it('are listed by deployment, as the labels say it', async () => {
    push('10:10:00', 1, { service_git_ref: first });
    push('11:10:00', 3, { service_git_ref: second });
    await deploy('d2', second, '11:00:00');

    const { result, meta } = await answer(
      'list_profiles',
      { service: 'till', ...window },
      toolbox({ labels: { version: 'service_git_ref' } }),
    );

    expect(result.profiles).toMatchObject([
      { deployment: first, version: first, environment: 'production', cpu_seconds: 2 },
      { deployment: 'd2', version: second, cpu_seconds: 4 },
    ]);
    expect(result.profiles).not.toHaveProperty('[0].samples');
    expect(meta.source).toBe(`pyroscope ${server.url}`);
  });

  it('show their dearest functions under the names that the path map gives, and who calls them', async () => {
    push('10:10:00', 3);

    const { result, meta } = await answer('top_functions', { service: 'till', ...window });
    expect(result).toMatchObject({
      unit: 'cpu_share',
      functions: [
        { id: 'src/till.go:Total', origin: 'first-party', self_share: 0.75 },
        { id: 'src/main.go:main', self_share: 0.25, total_share: 1 },
      ],
    });
    expect(meta.source).toContain('pyroscope');
    const tree = await answer('call_tree', { service: 'till', function: 'Total', ...window });
    expect(tree.result.callers).toEqual([{ id: 'src/main.go:main', origin: 'first-party', share: 0.75, distance: 1 }]);
  });

  it('are compared between two stretches of time', async () => {
    push('10:10:00', 1);
    push('11:10:00', 9);

    const { result } = await answer('diff_profiles', {
      service: 'till',
      before_from: '2026-11-02T10:00:00Z',
      before_to: '2026-11-02T10:30:00Z',
      after_from: '2026-11-02T11:00:00Z',
      after_to: '2026-11-02T11:30:00Z',
    });

    expect(result.functions[0]).toMatchObject({ id: 'src/till.go:Total', before: 0.5, after: 0.9 });
  });

  it('are cut at the deployments that Headroom knows, where no label names any', async () => {
    await deploy('d1', first, '10:00:00');
    await deploy('d2', second, '11:00:00');
    for (const time of ['10:10:00', '10:40:00']) push(time, 1);
    push('11:10:00', 9);

    const sides = { before_deployment: 'd1', after_deployment: 'd2' };
    const diff = await answer('diff_profiles', { service: 'till', ...sides });
    expect(diff.result.functions[0]).toMatchObject({ id: 'src/till.go:Total', before: 0.5, after: 0.9 });
    const history = await answer('cost_history', { service: 'till', function: 'src/till.go:Total', ...window });
    expect(history.result.points).toMatchObject([
      { deployment: 'd1', version: first, cost: 0.5 },
      { deployment: 'd2', version: second, cost: 0.9 },
    ]);
  });

  it('are asked for by days, which is what it grants at most', async () => {
    server.pushed.push({
      labels: { service_name: 'till' },
      atMs: at('10:00:00') - 40 * 3_600_000,
      stacks: { [work]: 1e9 },
    });
    push('11:10:00', 1);

    const { result } = await answer('top_functions', { service: 'till', from: '2026-10-31T12:00:00Z', to: window.to });

    expect(result.functions[0]).toMatchObject({ id: 'src/till.go:Total', self_share: 2 / 3 });
    expect(server.asked.filter(({ method }) => method === 'SelectMergeProfile')).toHaveLength(2);
  });

  it('are left alone where Headroom has some itself', async () => {
    push('10:10:00', 3);
    await publishOwn();

    const { meta } = await answer('list_profiles', { service: 'till' });

    expect(meta.source).toBe('profiles published to Headroom');
    expect(server.asked).toEqual([]);
  });

  it('may lie under another name, for a tenant, behind a token', async () => {
    push('10:10:00', 3, { app: 'shop/till' });
    const settings = { labels: { service: 'app' }, services: { till: 'shop/till' }, tenant: 'shop', tokenEnv: 'TOKEN' };

    await answer('top_functions', { service: 'till', ...window }, toolbox(settings, { TOKEN: 'a-token' }));

    expect(server.asked[0]).toMatchObject({ tenant: 'shop', authorization: 'Bearer a-token' });
  });
});

describe('a Grafana Pyroscope that gives no profiles', () => {
  const input = { service: 'till', ...window };

  it('knows no such service: says which are meant', async () => {
    push('10:10:00', 3);

    expect(await failure('top_functions', { ...input, service: 'tills' })).toMatch(
      /no profiles of a service "tills"; did you mean till\?/,
    );
  });

  it('is away', async () => {
    const box = toolbox({ url: 'http://127.0.0.1:1' });

    expect(await failure('top_functions', input, box)).toMatch(
      /Grafana Pyroscope at http:\/\/127\.0\.0\.1:1 cannot be reached .*headroom doctor/,
    );
  });

  it('hangs', async () => {
    server.instead = () => undefined;

    expect(await failure('top_functions', input, toolbox({ timeoutMs: 150 }))).toContain(
      'no whole answer within 0.15 s',
    );
  });

  it('is a page', async () => {
    server.instead = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');

    expect(await failure('top_functions', input)).toMatch(/not JSON \(text\/html\).*tools\.pyroscope\.url/);
  });

  it.each([
    ['a page', 'text/html', () => Buffer.from('<html>Sign in</html>'), /not a profile \(text\/html\)/],
    [
      'half a profile',
      'application/proto',
      (whole: Buffer) => whole.subarray(0, 90),
      /truncated at byte 90; ask again/,
    ],
  ])('answers %s instead of a profile', async (_what, type, body, words) => {
    push('10:10:00', 3);
    const whole = Buffer.from(pprofBytes({ [work]: 1e9 }, at('11:00:00'), 60_000));
    const box = toolbox();
    server.instead = (request, response) => {
      if (!request.url?.endsWith('/SelectMergeProfile')) return false;
      response.writeHead(200, { 'content-type': type }).end(body(whole));
      return true;
    };

    expect(await failure('top_functions', input, box)).toMatch(words);
  });

  it('breaks off', async () => {
    server.instead = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"series":');
      setTimeout(() => response.destroy(), 50);
    };

    expect(await failure('top_functions', input)).toContain('broke its answer off');
  });

  it('refuses: says why, in its words', async () => {
    server.instead = (_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 'invalid_argument', message: 'profile type\nnot found' }));
    };

    expect(await failure('top_functions', input)).toMatch(
      /400: profile type not found; ask for a shorter window, or check/,
    );
  });
});
