import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpClient } from '@headroom/cli';
import {
  contractOfType,
  contracts,
  HeadroomError,
  sha256,
  signalRaised,
  type EventContract,
  type HeadroomEvent,
} from '@headroom/contracts';
import { eventOf, EventPublisher, FolderBlobs, KafkaLog, parseKafkaUrl, type LogRecord } from '@headroom/runtime';
import type { RecordedEvent } from '../recordings/recorded.events.js';
import { traceparentFor } from '../recordings/recorded.history.js';
import { eventOf as exampleEvent } from '../case.events.js';
import { recordsLeft, samplesOf } from '../metrics.text.js';
import { writeStorefrontConfig } from '../storefront.config.js';
import { eventually, headroom } from '../test-host.js';
import { StageProcess, type StageName } from './stage.process.js';

/** Where a deployment lives. */
export interface DeploymentOptions {
  /** Folder of its own: payloads, keys, and a data folder for each stage. */
  dir: string;
  bus: string;
  store: string;
  /** Bare repository of the example. */
  bare?: string;
  /** Path of a configuration instead of that of the example. */
  config?: string;
  /** False = nothing is measured: every case ends with the verdict `no-benchmark`. Default true. */
  measured?: boolean;
}

/**
 * How members speak to the broker: a killed one is missed soon, and all of them together leave the machine quiet enough to
 * measure on.
 */
export const CLIENT = 'sessionTimeoutMs=6000&fetchWaitMs=2000';
const TOKEN = 'a-token-for-this-deployment';
const SETTLED_LOOKS = 3;

/** Tries again what the log has not acknowledged: on a busy machine it may be late. */
async function retried(work: () => Promise<void>): Promise<void> {
  await eventually('the acknowledgement of the log', async () => {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof HeadroomError && error.retryable) return undefined;
      throw error;
    }
  });
}

/** The stages of one installation on Kafka and Redis, each a process of its own. */
export class Deployment {
  readonly #options: DeploymentOptions;
  readonly config: string;
  readonly proposals: string;
  readonly log: KafkaLog;
  readonly #running: StageProcess[] = [];
  #members = 0;

  private constructor(options: DeploymentOptions, config: string, log: KafkaLog) {
    this.#options = options;
    this.log = log;
    this.config = config;
    this.proposals = join(options.dir, 'proposals');
  }

  /** Makes folders, keys, configuration and topics; starts nothing. */
  static async create(options: DeploymentOptions): Promise<Deployment> {
    await mkdir(options.dir, { recursive: true });
    const { bare: url, measured } = options;
    const config = options.config ?? (await writeStorefrontConfig(options.dir, { url, measured }));
    const log = await KafkaLog.open(parseKafkaUrl(options.bus));
    const deployment = new Deployment(options, config, log);
    await deployment.#must([
      'keys',
      'create',
      '--out',
      join(options.dir, 'keys'),
      '--trusted',
      join(options.dir, 'trusted'),
    ]);
    await deployment.#must(['topics', 'apply', '--bus', options.bus, '--config', deployment.config]);
    return deployment;
  }

  async #must(args: string[]): Promise<void> {
    const { code, stderr } = await headroom(args, { env: { HEADROOM_TOKEN: TOKEN } });
    if (code !== 0) throw new Error(`headroom ${args.join(' ')} ended with ${code}: ${stderr}`);
  }

  /** What every stage is started with. */
  get environment(): Record<`HEADROOM_${string}`, string> & { HEADROOM_BLOBS: string } {
    const { dir, bus, store } = this.#options;
    return {
      HEADROOM_BUS: bus,
      HEADROOM_STORE: store,
      HEADROOM_BLOBS: join(dir, 'blobs'),
      HEADROOM_CONFIG: this.config,
      HEADROOM_PROPOSALS: this.proposals,
      HEADROOM_TOKEN: TOKEN,
      HEADROOM_HTTP: '127.0.0.1:0',
    };
  }

  /** What a skill-executor with a model is started with; a tool-server has to run. */
  get toolsEnvironment(): NodeJS.ProcessEnv {
    return { HEADROOM_TOOLS: this.members('tool-server')[0]?.url ?? '', HEADROOM_TOOLS_TOKEN: TOKEN };
  }

  /** Starts one more member of a stage. @param env beside {@link environment} */
  async start(stage: StageName, env: NodeJS.ProcessEnv = {}): Promise<StageProcess> {
    this.#members += 1;
    const data = join(this.#options.dir, 'data', `${stage}-${this.#members}`);
    const keys = join(this.#options.dir, stage === 'verifier' ? 'keys' : 'trusted');
    const started = await StageProcess.start(stage, ['--data', data, '--keys', keys], { ...this.environment, ...env });
    this.#running.push(started);
    return started;
  }

  /** Starts members of several stages and waits until all are ready. */
  async startAll(members: Partial<Record<StageName, number>>): Promise<void> {
    const wanted = (Object.entries(members) as [StageName, number][]).flatMap(([stage, count]) =>
      Array.from({ length: count }, () => stage),
    );
    const started = await Promise.all(wanted.map((stage) => this.start(stage)));
    await Promise.all(started.map((each) => each.untilReady()));
  }

  /** Living members, of one stage or of all. */
  members(stage?: StageName): StageProcess[] {
    return this.#running.filter((each) => !each.exited && (stage === undefined || each.stage === stage));
  }

  /** A client of a living gateway. */
  get client(): HttpClient {
    const [gateway] = this.members('gateway');
    if (!gateway) throw new Error('no gateway runs');
    return new HttpClient({ url: gateway.url, token: TOKEN });
  }

  /** Puts recorded events into the log as another client does, their payloads into the shared folder. */
  async feed(events: readonly RecordedEvent[]): Promise<void> {
    const blobs = new FolderBlobs(this.environment.HEADROOM_BLOBS);
    for (const { blob } of events) if (blob) await blobs.put(blob.bytes, blob.mediaType);
    await this.append(events.map(({ event }) => ({ ...event, traceparent: traceparentFor(event) })));
  }

  /** Puts events into the log as another client does. */
  async append(events: readonly HeadroomEvent[]): Promise<void> {
    const publisher = new EventPublisher(this.log, { source: '/e2e' });
    const known = events.flatMap((event) => {
      const contract = contractOfType(event.type);
      return contract ? { contract, event } : [];
    });
    await retried(() => publisher.publishEvents(known));
  }

  /** Waits until a member of a stage is at a moment of its work and kills that very process; others have to take over. */
  async killAt(stage: StageName, isMoment: (line: Record<string, unknown>) => boolean): Promise<void> {
    const found = await eventually(
      `the moment of ${stage}`,
      () => this.members(stage).find(({ lines }) => lines.some((line) => isMoment(line))),
      300_000,
    );
    await found.kill();
  }

  /** Asks for the opportunity of a function, of the example if no other service is named, as from another machine. */
  async ask(
    subject: string,
    { service = 'storefront', skill }: { service?: string; skill?: string } = {},
  ): Promise<void> {
    const [gateway] = this.members('gateway');
    const where = ['--url', gateway?.url ?? '', '--config', this.config, '--data', join(this.#options.dir, 'client')];
    const wanted = skill === undefined ? [] : ['--skill', skill];
    await this.#must(['request', subject, '--service', service, ...wanted, ...where]);
  }

  /** Asks for an opportunity of services that nobody has configured. */
  async askForUnknown(services: readonly string[]): Promise<void> {
    const subject = 'src/a.ts:b';
    const events = services.map((service) =>
      exampleEvent(signalRaised, { service, kind: 'opportunity-requested', subject, subjectContent: sha256(service) }),
    );
    const { refused } = await this.client.publish(events);
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
  }

  /** Sum of a metric over all living members, of the samples whose labels are all given ones. */
  async metric(metric: string, labels: Record<string, string> = {}): Promise<number> {
    const pages = await Promise.all(this.members().map((member) => member.metrics()));
    return pages
      .flatMap((page) => samplesOf(page))
      .filter(
        ({ name, labels: has }) => name === metric && Object.entries(labels).every(([key, is]) => has[key] === is),
      )
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** Waits until no stage has anything left to do, seen several times in a row: events may be between two stages. */
  async untilIdle(deadlineMs = 400_000): Promise<void> {
    let idle = 0;
    await eventually(
      'rest',
      async () => {
        const pages = await Promise.all(this.members().map((member) => member.metrics()));
        idle = pages.every((page) => recordsLeft(samplesOf(page)) === 0) ? idle + 1 : 0;
        return idle >= SETTLED_LOOKS ? true : undefined;
      },
      deadlineMs,
      500,
    );
  }

  /** All records of a topic, in the order of its partitions. */
  async recordsOf(topic: string): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    const partitions = await this.log.partitionsOf(topic);
    for (let partition = 0; partition < partitions; partition += 1) {
      records.push(...(await this.log.read({ topic, partition }, 0n, 10_000)));
    }
    return records;
  }

  /** Events of one kind in the log. */
  async eventsOf<Data>(contract: EventContract<Data>): Promise<HeadroomEvent<Data>[]> {
    return (await this.recordsOf(contract.topic)).flatMap((record) => eventOf(record, contract) ?? []);
  }

  /** All case events in the log. */
  async caseEvents(): Promise<HeadroomEvent[]> {
    const events: HeadroomEvent[] = [];
    for (const contract of contracts.filter(({ keyedBy }) => keyedBy === 'case')) {
      events.push(...(await this.eventsOf(contract)));
    }
    return events;
  }

  /** Stops every member; resolves with their exit codes. */
  async stop(): Promise<(number | null)[]> {
    const codes = await Promise.all(this.members().map((each) => each.stop()));
    await this.log.close();
    return codes;
  }
}
