import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { changeDeployed, exampleEvent, type EventContract } from '@headroom/contracts';
import { ABORT_GRACE_MS, DRAIN_DEADLINE_MS } from '@headroom/runtime';
import { LocalKafka, LocalRedis } from '@headroom/testing';
import { composeServices, localised, ownServices, type Place } from './compose.file.js';
import { StageContainer } from './stage.container.js';
import { eventually } from './test-host.js';

jest.setTimeout(300_000);

const TOKEN = 'a-token-that-nobody-can-guess';
const TOOLS_TOKEN = 'another-token-for-the-tools';
const stages = ownServices().filter(([, { command }]) => command?.[0] === 'run');

let dir: string;
let command: string;
let kafka: LocalKafka;
let redis: LocalRedis;
let place: Place;
const running = new Map<string, StageContainer>();

function service(name: string): StageContainer {
  const found = running.get(name);
  if (!found) throw new Error(`${name} was not started`);
  return found;
}

/** Kafka's own settings in the form of its file: `KAFKA_LOG_DIRS` is `log.dirs`. */
function brokerSettings(): Record<string, string> {
  const { environment = {} } = composeServices()['kafka'] ?? { image: '' };
  const elsewhere = /^KAFKA_(PROCESS_ROLES|NODE_ID|CONTROLLER_QUORUM_VOTERS|(ADVERTISED_)?LISTENERS|LOG_DIRS)$/;
  const settings = Object.entries(environment).filter(([name]) => !elsewhere.test(name));
  return Object.fromEntries(
    settings.map(([name, value]) => [name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), String(value)]),
  );
}

async function startBroker(): Promise<LocalKafka> {
  return LocalKafka.start({ properties: brokerSettings() });
}

function redisWords(): string[] {
  const [server, ...words] = composeServices()['redis']?.command ?? [];
  expect(server).toBe('redis-server');
  return words;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'headroom-compose-'));
  const installation = join(dir, 'installation');
  execFileSync(process.execPath, [resolve('../scripts/assemble.mjs'), installation], { stdio: 'pipe' });
  command = join(installation, 'apps/cli/bin/headroom.mjs');
  kafka = await startBroker();
  redis = await LocalRedis.start({ args: redisWords() });
  for (const volume of ['blobs', 'keys', 'trusted']) mkdirSync(join(dir, 'volumes', volume), { recursive: true });
  const config = join(dir, 'headroom.config.yaml');
  writeFileSync(config, 'version: 1\nservices: {}\n');
  place = {
    volumesDir: join(dir, 'volumes'),
    variables: { HEADROOM_TOKEN: TOKEN, HEADROOM_TOOLS_TOKEN: TOOLS_TOKEN, HEADROOM_CONFIG_FILE: config },
    replace: {
      'kafka://kafka:9092': kafka.url,
      'redis://redis:6379': redis.url,
      '0.0.0.0:8080': '127.0.0.1:0',
    },
  };
});

afterAll(async () => {
  await Promise.all([...running.values()].map((each) => each.stop('SIGKILL')));
  await kafka.close();
  await redis.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the compose file', () => {
  it.each(ownServices())('runs %s as an unprivileged user', (_name, { user, cap_drop, image }) => {
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(cap_drop).toEqual(['ALL']);
    expect(image).toBe('headroom');
  });

  it.each(stages)('gives %s time to drain, and asks how it is', (_name, { stop_grace_period = '', healthcheck }) => {
    const seconds = Number(/^(\d+)s$/.exec(stop_grace_period)?.[1]);
    expect(seconds * 1000).toBeGreaterThan(DRAIN_DEADLINE_MS + ABORT_GRACE_MS);
    expect(healthcheck?.test.slice(0, 3)).toEqual(['CMD', 'headroom', 'health']);
  });

  it('gives each secret to the stages that need it, and a data folder to each', () => {
    const holders = (volume: string): string[] =>
      stages
        .filter(([, { volumes = [] }]) => volumes.some((each) => each.startsWith(`${volume}:`)))
        .map(([name]) => name);

    expect(holders('keys')).toEqual(['verifier']);
    expect(holders('trusted')).toEqual(['pr-writer', 'gateway']);
    expect(holders('blobs')).toEqual(stages.map(([name]) => name));
    for (const [name] of stages) expect(holders(`${name}-data`)).toEqual([name]);
    const tokens = stages.map(([name, { environment }]) => [name, environment?.['HEADROOM_TOKEN'] ?? '']);
    expect(tokens.filter(([, token]) => token !== '')).toEqual([
      ['gateway', expect.stringContaining('${HEADROOM_TOKEN:?')],
      ['tool-server', expect.stringContaining('${HEADROOM_TOOLS_TOKEN:?')],
    ]);
  });

  it('has the image that the Dockerfile makes: unprivileged, its command that of the installation', () => {
    const dockerfile = readFileSync(resolve('../Dockerfile'), 'utf8');

    expect(dockerfile).toMatch(/^USER 10001:10001$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["headroom"\]$/m);
    expect(dockerfile).toContain('scripts/assemble.mjs /opt/headroom');
  });

  it('is read by Docker Compose where there is one', () => {
    const docker = (...words: string[]) =>
      spawnSync('docker', ['compose', ...words], {
        encoding: 'utf8',
        env: { ...process.env, HEADROOM_TOKEN: TOKEN, HEADROOM_TOOLS_TOKEN: TOOLS_TOKEN },
      });
    if (docker('version').status !== 0) {
      process.stderr.write('There is no Docker Compose here: the compose file was read by the test alone.\n');
      return;
    }
    const { status, stderr } = docker('-f', resolve('../docker-compose.yml'), 'config', '--quiet');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('the services of the compose file, as processes of a fresh installation', () => {
  it('first make the keys and the topics', async () => {
    for (const name of ['keys', 'topics', 'topics']) {
      const found = composeServices()[name];
      const { command: words, env } = localised(found ?? { image: '' }, place);
      const { code, stderr } = await StageContainer.run(command, words, env);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    }
  });

  it('then every stage joins, and its health check says so', async () => {
    for (const [name, found] of stages) {
      const { command: words, env } = localised(found, place);
      running.set(name, StageContainer.start(command, words, env));
    }
    for (const [name, { healthcheck }] of stages) {
      await service(name).ready();
      const url = await service(name).url();
      const words = (healthcheck?.test ?? []).slice(2).map((word) => word.replace('http://127.0.0.1:8080', url));
      // As an engine does, which asks again before it believes that a container is not well.
      await eventually(`the health check of ${name}`, async () => {
        const { code } = await StageContainer.run(command, words, {});
        return code === 0 ? true : undefined;
      });
      expect((await service(name).health('live')).status).toBe(200);
    }
  });

  it('work together: what the gateway takes, the detector handles', async () => {
    const response = await fetch(new URL('/v1/events', await service('gateway').url()), {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(exampleEvent(changeDeployed as EventContract)),
    });
    expect(response.status).toBe(202);

    const metrics = new URL('/metrics', await service('detector').url());
    await eventually('the detector handling the event', async () => {
      const text = await (await fetch(metrics)).text();
      return /^headroom_records_handled_total\{.*change\.deployed.*\} 1$/m.test(text) ? true : undefined;
    });
  });

  it('answer tools to whoever has the token of the tool-server', async () => {
    const words = ['tools', 'list', '--json', '--url', await service('tool-server').url()];
    const refused = await StageContainer.run(command, words, { HEADROOM_TOKEN: TOKEN });
    expect({ code: refused.code, said: refused.stderr }).toEqual({
      code: 1,
      said: expect.stringContaining('HEADROOM_UNAUTHORIZED'),
    });
    const { code, stdout } = await StageContainer.run(command, words, { HEADROOM_TOKEN: TOOLS_TOKEN });
    const { tools } = JSON.parse(stdout) as { tools: { name: string }[] };
    expect({ code, names: tools.map(({ name }) => name) }).toEqual({
      code: 0,
      names: expect.arrayContaining(['blobs_read_slice', 'blobs_search']),
    });
  });

  it('are found healthy by the doctor', async () => {
    const [, found] = stages.find(([name]) => name === 'gateway') ?? [];
    const { env } = localised(found ?? { image: '' }, place);
    const words = ['doctor', '--json', '--url', await service('gateway').url()];
    const { code, stdout } = await StageContainer.run(command, words, env);

    const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string }[] };
    expect(findings.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(code).toBe(0);
    for (const check of ['bus', 'store', 'blobs', 'keys', 'gateway', 'sandbox']) {
      expect(findings).toContainEqual(expect.objectContaining({ check, status: 'ok' }));
    }
  });

  it('refuse a stage whose payload folder is another one', async () => {
    const [, found] = stages[0] ?? [];
    const { command: words, env } = localised(found ?? { image: '' }, { ...place, volumesDir: join(dir, 'elsewhere') });

    const { code, stderr } = await StageContainer.run(command, words, env);

    expect(code).toBe(1);
    expect(stderr).toContain('HEADROOM_BLOBS_MISMATCH');
  });

  it('stay alive and say which dependency is away, and go on when it is back', async () => {
    const detector = service('detector');
    await redis.stop();
    await eventually('the words about the store', async () => {
      const { stages: words } = await detector.health('ready');
      return words['detector']?.startsWith('store away: ') ? true : undefined;
    });
    expect((await detector.health('live')).status).toBe(200);
    await redis.start();
    await detector.ready();

    await kafka.stop();
    await eventually('the words about the log', async () => {
      const { stages: words } = await detector.health('ready');
      return words['detector']?.includes('log away: ') ? true : undefined;
    });
    expect((await detector.health('live')).status).toBe(200);
    await kafka.start();
    for (const [name] of stages) await service(name).ready();
  });

  it('drain at SIGTERM and end with exit code 0', async () => {
    const ended = await Promise.all(stages.map(async ([name]) => [name, (await service(name).stop()).code]));

    expect(ended).toEqual(stages.map(([name]) => [name, 0]));
    for (const [name] of stages) {
      expect(
        service(name)
          .log()
          .map(({ msg }) => msg),
      ).toEqual(expect.arrayContaining(['draining', 'stopped']));
    }
  });
});
