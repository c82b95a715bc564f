import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaJars, runJava } from './kafka.jars.js';
import { LocalKafka } from './local.kafka.js';

const TOPIC = 'local.kafka.v1';
let kafka: LocalKafka;

beforeAll(async () => {
  kafka = await LocalKafka.start({ proxied: true });
}, 60_000);

afterAll(() => kafka.close());

function client(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 5 } });
}

async function endOf(brokers: readonly string[]): Promise<string | undefined> {
  const admin = client(brokers).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(TOPIC))[0]?.high;
  } finally {
    await admin.disconnect();
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a local Kafka broker', () => {
  it('keeps its data and its address when it is killed and started again', async () => {
    const admin = client(kafka.brokers).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
    await admin.disconnect();
    const producer = client(kafka.brokers).producer();
    await producer.connect();
    await producer.send({ topic: TOPIC, messages: [{ value: 'kept' }] });
    await producer.disconnect();

    await kafka.kill();
    await kafka.start();

    expect(await endOf(kafka.brokers)).toBe('1');
  }, 60_000);

  it('is reached through the proxy by its second address, for all that a client does', async () => {
    expect(await endOf(kafka.proxiedBrokers)).toBe('1');
    await kafka.proxy.close();

    await expect(endOf(kafka.proxiedBrokers)).rejects.toThrow();
    expect(await endOf(kafka.brokers)).toBe('1');
  }, 60_000);

  it('has the classes of Apache Kafka beside it, and reports how they fail', async () => {
    const id = await runJava('kafka.tools.StorageTool', ['random-uuid']);

    expect(id.trim()).toMatch(/^[\w-]{22}$/);
    await expect(runJava('kafka.tools.NoSuchTool', [])).rejects.toMatchObject({
      code: 'HEADROOM_TEST_JAVA_FAILED',
      message: expect.stringContaining('NoSuchTool') as unknown,
    });
  }, 60_000);

  it('shows its log when it cannot start', async () => {
    await expect(LocalKafka.start({ properties: { 'log.segment.bytes': 'none' } })).rejects.toMatchObject({
      message: expect.stringMatching(/log\.segment\.bytes/) as unknown,
    });
  }, 60_000);

  it('is gone with its folder when the process that started it was killed', async () => {
    const built = fileURLToPath(new URL('../../dist/kafka/local.kafka.js', import.meta.url));
    const script = `
      const { LocalKafka } = await import(${JSON.stringify(built)});
      const kafka = await LocalKafka.start();
      process.stdout.write(kafka.brokers[0] + '\\n');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(line.toString().trim().split(':')[1]);
    expect(await listens(port)).toBe(true);

    child.kill('SIGKILL');

    await eventually(async () => !(await listens(port)));
  }, 60_000);
});

describe('the jars of Kafka', () => {
  it('are refused when the given folder holds none', async () => {
    const before = process.env['HEADROOM_KAFKA_JARS'];
    process.env['HEADROOM_KAFKA_JARS'] = dirname(fileURLToPath(import.meta.url));
    try {
      await expect(kafkaJars()).rejects.toMatchObject({ code: 'HEADROOM_TEST_KAFKA_JARS' });
    } finally {
      if (before === undefined) delete process.env['HEADROOM_KAFKA_JARS'];
      else process.env['HEADROOM_KAFKA_JARS'] = before;
    }
  });

  it('are fetched once and there afterwards', async () => {
    expect(existsSync(await kafkaJars())).toBe(true);
  }, 300_000);
});
