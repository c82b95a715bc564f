import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { allTopics } from '@headroom/contracts';
import { kafkaForTests, LocalRedis, type TestKafka } from '@headroom/testing';
import { Kafka, logLevel } from 'kafkajs';
import { eventually, headroom } from './test-host.js';

jest.setTimeout(300_000);

interface DoctorFinding {
  check: string;
  status: string;
  code?: string;
  fix?: string;
}

let kafka: TestKafka;
let redis: LocalRedis;
let dir: string;

beforeAll(async () => {
  kafka = await kafkaForTests();
  redis = await LocalRedis.start();
  dir = mkdtempSync(join(tmpdir(), 'headroom-operate-'));
});

afterAll(async () => {
  await kafka.close();
  await redis.close();
  rmSync(dir, { recursive: true });
});

async function json<Result>(...words: string[]): Promise<Result> {
  const { stdout } = await headroom(['--json', '--data', join(dir, 'data'), ...words]);
  return JSON.parse(stdout) as Result;
}

async function outcomes(...words: string[]): Promise<string[]> {
  const { topics } = await json<{ topics: { outcome: string }[] }>('topics', 'apply', '--bus', kafka.url, ...words);
  return [...new Set(topics.map(({ outcome }) => outcome))];
}

async function doctor(...words: string[]): Promise<DoctorFinding[]> {
  return (await json<{ findings: DoctorFinding[] }>('doctor', ...words)).findings;
}

async function changeSetting(topic: string, name: string, value: string): Promise<void> {
  const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name, value }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: 2, name: kafka.prefix + topic, configEntries }],
  });
  // The controller has taken it; what the broker describes follows when its metadata do.
  await eventually(`${name} of ${topic}`, async () => {
    const resources = [{ type: 2, name: kafka.prefix + topic, configNames: [name] }];
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    return described.resources[0]?.configEntries.some((entry) => entry.configValue === value) || undefined;
  });
  await admin.disconnect();
}

describe('headroom topics', () => {
  it('says what it would make, makes it, and then has nothing to do', async () => {
    const missing = await doctor('--bus', kafka.url);
    expect(missing).toContainEqual(
      expect.objectContaining({
        check: 'bus',
        code: 'HEADROOM_TOPICS_MISSING',
        fix: expect.stringContaining('topics apply'),
      }),
    );

    expect(await outcomes('--dry-run')).toEqual(['created']);
    expect(await outcomes()).toEqual(['created']);
    expect(await outcomes()).toEqual(['unchanged']);
    expect(await doctor('--bus', kafka.url)).not.toContainEqual(
      expect.objectContaining({ status: 'failed', check: 'bus' }),
    );
  });

  it('names a topic that somebody has changed, and puts it right', async () => {
    const [{ name } = { name: '' }] = allTopics();
    await changeSetting(name, 'max.message.bytes', '1000');

    const { topics } = await json<{ topics: { topic: string; partitions: number; state: string }[] }>(
      'topics',
      'list',
      '--bus',
      kafka.url,
    );
    expect(topics).toHaveLength(allTopics().length);
    expect(topics.find(({ topic }) => topic === name)?.state).toContain('max.message.bytes 1000');
    expect(topics.filter(({ state }) => state.startsWith('differs')).length).toBe(1);
    expect(await doctor('--bus', kafka.url)).toContainEqual(
      expect.objectContaining({ code: 'HEADROOM_TOPICS_DIFFER' }),
    );

    expect(await outcomes()).toEqual(['changed', 'unchanged']);
    await eventually('nothing to do', async () => (await outcomes()).join() === 'unchanged' || undefined);
  });

  it('says that no log is named, and that none answers, each with its exit code', async () => {
    expect(await headroom(['topics', 'apply'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('HEADROOM_BUS'),
    });
    const away = await headroom(['topics', 'apply', '--bus', 'kafka://127.0.0.1:1']);
    expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('HEADROOM_LOG_AWAY') });
  });
});

describe('headroom doctor', () => {
  it('finds a Redis that keeps everything in order', async () => {
    expect(await doctor('--store', redis.url)).toContainEqual(
      expect.objectContaining({ check: 'store', status: 'ok' }),
    );
  });

  it('tells of a Redis that may drop keys, and of one that keeps nothing on disk', async () => {
    const careless = await LocalRedis.start({ args: ['--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no'] });
    const findings = await doctor('--store', careless.url);
    await careless.close();

    expect(findings).toContainEqual(expect.objectContaining({ status: 'failed', code: 'HEADROOM_STORE_EVICTS' }));
    expect(findings).toContainEqual(expect.objectContaining({ status: 'warning', code: 'HEADROOM_STORE_VOLATILE' }));
  });

  it('tells of a payload folder before any stage has joined, and of everything else all the same', async () => {
    const blobs = join(dir, 'blobs');
    mkdirSync(blobs);

    const findings = await doctor('--store', redis.url, '--blobs', blobs, '--bus', 'kafka://127.0.0.1:1');

    expect(findings).toContainEqual(expect.objectContaining({ check: 'blobs', status: 'ok' }));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'bus', code: 'HEADROOM_LOG_AWAY' }));
    expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(['sandbox', 'keys', 'gateway', 'model']));
  });

  it('ends with exit code 1 when something has to be mended, and with 0 when nothing has', async () => {
    const broken = await headroom(['doctor', '--data', dir, '--store', 'redis://127.0.0.1:1']);
    const healthy = await headroom(['doctor', '--data', dir, '--store', redis.url]);

    expect(broken).toMatchObject({ code: 1, stdout: expect.stringContaining('[HEADROOM_STORE_AWAY]') });
    expect(healthy.code).toBe(0);
  });
});
