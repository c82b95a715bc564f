import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { guardProcess } from '../process.guard.js';
import { freePort, TcpProxy } from '../tcp.proxy.js';
import { javaArguments, kafkaJars, runJava } from './kafka.jars.js';

/** Options of {@link LocalKafka.start}. */
export interface LocalKafkaOptions {
  /** A second address of the broker, all of it through a {@link TcpProxy}. @default false */
  proxied?: boolean;
  /** Broker settings in addition to those of a test broker, or instead of them. */
  properties?: Readonly<Record<string, string>>;
  /** Longest wait for the broker to answer. @default 60_000 */
  readyMs?: number;
}

const LOG_TAIL = 4_000;
const STOP_MS = 15_000;

/**
 * A Kafka broker of one test or one test run: one node, its own folder and ports, gone when the process that started it
 * is gone, however that ended. It can be stopped or killed and started again with the same data and address.
 */
export class LocalKafka {
  readonly clusterId: string;
  /** `127.0.0.1:<port>`. */
  readonly brokers: readonly string[];
  readonly #dir: string;
  readonly #jars: string;
  readonly #readyMs: number;
  readonly #proxy: TcpProxy | undefined;
  #process: ChildProcess | undefined;
  #guard: ChildProcess | undefined;

  private constructor(made: {
    id: string;
    port: number;
    dir: string;
    jars: string;
    readyMs: number;
    proxy?: TcpProxy;
  }) {
    this.clusterId = made.id;
    this.brokers = [`127.0.0.1:${made.port}`];
    this.#dir = made.dir;
    this.#jars = made.jars;
    this.#readyMs = made.readyMs;
    this.#proxy = made.proxy;
  }

  /**
   * Formats a folder, starts a broker on free ports and waits until it answers and takes groups.
   * @throws HeadroomError `HEADROOM_TEST_KAFKA_FAILED` with the end of the broker's log, `HEADROOM_TEST_KAFKA_JARS`
   */
  static async start(options: LocalKafkaOptions = {}): Promise<LocalKafka> {
    const jars = await kafkaJars();
    const dir = await mkdtemp(join(tmpdir(), 'headroom-kafka-'));
    const ports = { client: await freePort(), controller: await freePort(), proxied: await freePort() };
    const proxy = options.proxied ? await TcpProxy.start({ port: ports.proxied }) : undefined;
    const id = randomBytes(16).toString('base64url').replaceAll('-', 'x');
    const properties = { ...brokerProperties(dir, ports, proxy?.port), ...options.properties };
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(dir, 'server.properties'), lines.join('\n'));
    const readyMs = options.readyMs ?? 60_000;
    const kafka = new LocalKafka({ id, port: ports.client, dir, jars, readyMs, proxy });
    try {
      await runJava('kafka.tools.StorageTool', ['format', '-t', id, '-c', join(dir, 'server.properties')]);
      await kafka.start();
    } catch (error) {
      await kafka.close();
      throw error;
    }
    return kafka;
  }

  /** Bus address for Headroom. */
  get url(): string {
    return `kafka://${this.brokers.join(',')}`;
  }

  /** The proxy of the second address. */
  get proxy(): TcpProxy {
    if (this.#proxy) return this.#proxy;
    throw new HeadroomError('Start the broker with `proxied: true`', { code: 'HEADROOM_TEST_KAFKA_FAILED' });
  }

  /** The second address: everything a client does goes through the proxy. */
  get proxiedBrokers(): readonly string[] {
    return [`127.0.0.1:${this.proxy.port}`];
  }

  /** Starts the broker again after `stop` or `kill`, with the same data and address. */
  async start(): Promise<void> {
    const log = openSync(join(this.#dir, 'broker.log'), 'a');
    const words = javaArguments(this.#jars, 'kafka.Kafka', [join(this.#dir, 'server.properties')], '256m');
    const child = spawn('java', words, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    try {
      await once(child, 'spawn');
      this.#guard = guardProcess(child, this.#dir);
      await this.#ready(child);
    } catch (error) {
      await this.kill();
      const message = `The Kafka broker did not start: ${messageOf(error)}\n${await this.logTail()}`;
      throw new HeadroomError(message, { code: 'HEADROOM_TEST_KAFKA_FAILED', cause: error });
    }
  }

  async #ready(child: ChildProcess): Promise<void> {
    const client = new Kafka({
      clientId: 'readiness',
      brokers: [...this.brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    });
    const deadline = performance.now() + this.#readyMs;
    for (;;) {
      const admin = client.admin();
      try {
        await admin.connect();
        await admin.describeCluster();
        // Only an answer about a group shows that the first member can join at once.
        await admin.fetchOffsets({ groupId: 'readiness' });
        return;
      } catch (error) {
        if (performance.now() > deadline || child.exitCode !== null || child.signalCode !== null) throw error;
      } finally {
        await admin.disconnect();
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Stops the broker in an orderly way; its data stay. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Kills the broker; its data stay. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(late);
    }
    this.#guard?.kill('SIGKILL');
    this.#guard = undefined;
  }

  /** The end of what the broker logged. */
  async logTail(): Promise<string> {
    const log = await readFile(join(this.#dir, 'broker.log'), 'utf8').catch(() => '');
    return log.slice(-LOG_TAIL);
  }

  /** Kills the broker and removes its data. */
  async close(): Promise<void> {
    await this.kill();
    await this.#proxy?.close();
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

function brokerProperties(
  dir: string,
  ports: { client: number; controller: number; proxied: number },
  proxyPort: number | undefined,
): Record<string, string> {
  const address = (port: number) => `127.0.0.1:${port}`;
  const listeners = [`PLAINTEXT://${address(ports.client)}`];
  const advertised = [...listeners];
  if (proxyPort !== undefined) {
    listeners.push(`PROXIED://${address(ports.proxied)}`);
    advertised.push(`PROXIED://${address(proxyPort)}`);
  }
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${address(ports.controller)}`,
    listeners: [...listeners, `CONTROLLER://${address(ports.controller)}`].join(','),
    'advertised.listeners': advertised.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': 'false',
    'num.partitions': '1',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // The default of 128 MB does not fit a small heap.
    'log.cleaner.dedupe.buffer.size': '16777216',
    'log.cleaner.backoff.ms': '100',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'background.threads': '2',
    // A killed broker comes back when its old session has expired.
    'broker.session.timeout.ms': '1000',
    'broker.heartbeat.interval.ms': '200',
    'group.min.session.timeout.ms': '500',
  };
}
