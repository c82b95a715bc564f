import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  allTopics,
  HeadroomError,
  scanRequested,
  type EventContract,
  type HeadroomEvent,
  type OpportunityState,
} from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import { configSchema, createLogger } from '@headroom/platform';
import { recordProfile } from '@headroom/profiling';
import { eventOf, EventPublisher, type BlobStore, type KeyValueStore, type ReadableLog } from '@headroom/runtime';
import { createStage, type Stage, type StageParts } from '@headroom/runtime/nest';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { ServiceRepositories } from '@headroom/workspace';
import { ContextGathererModule } from '../index.js';

/** Builds a regular expression for each text; once it does not, the opportunity is gone. */
export const WORDS = `export function words(text) {
  return text.split(new RegExp('[^a-z]+', 'i'));
}
`;
export const FIXED = `const PATTERN = /[^a-z]+/i;
export function words(text) {
  return text.split(PATTERN);
}
`;
const MAIN = `import { words } from './words.mjs';

export function serve(text) {
  let count = 0;
  for (let index = 0; index < 200; index += 1) count += words(text + index).length;
  return count;
}

const until = Date.now() + 400;
while (Date.now() < until) serve('the quick brown fox jumps over the lazy dog');
`;
const PATHS = { 'src/main.mjs': MAIN, 'src/words.mjs': WORDS };
export const SUBJECT = 'src/words.mjs:words';

/** What a world is made over. */
export interface WorldParts extends Omit<StageParts, 'logger'> {
  log: StageParts['log'] & ReadableLog;
  store: KeyValueStore;
  blobs: BlobStore;
}

/** A service with a repository and a profile of what it runs, and the stage that looks at it. */
export class ScanWorld {
  readonly parts: WorldParts;
  readonly #dir: string;
  readonly #commits: TestCommit[] = [{ message: 'Begin', files: PATHS }];
  readonly #stages: Stage[] = [];

  private constructor(parts: WorldParts, dir: string) {
    this.parts = parts;
    this.#dir = dir;
  }

  /** The service `web` in the repository `shop/web`, as its first commit is. */
  static async open(parts: WorldParts): Promise<ScanWorld> {
    await parts.log.ensureTopics(allTopics());
    const world = new ScanWorld(parts, await realpath(await mkdtemp(join(tmpdir(), 'headroom-scan-'))));
    await world.#build();
    return world;
  }

  async #build(): Promise<string> {
    await rm(join(this.#dir, 'repository.git'), { recursive: true, force: true });
    const { commits } = await buildRepository(this.#dir, this.#commits);
    return commits.at(-1)!;
  }

  /** Brings files into the base branch; returns its commit. */
  async commit(files: TestCommit['files']): Promise<string> {
    this.#commits.push({ message: 'Change', files });
    return this.#build();
  }

  /** Starts a process of the stage. `own`: the service's block `opportunities` of the configuration. */
  async start(own: Record<string, unknown> = {}, everyMinutes = 0): Promise<Stage> {
    const web = {
      repository: { name: 'shop/web', url: join(this.#dir, 'repository.git') },
      team: 'search',
      test: ['true'],
      opportunities: { maximumShare: 1, ...own },
    };
    const config = configSchema.parse({ version: 1, services: { web }, opportunities: { everyMinutes } });
    const locations = { configDir: this.#dir, dataDir: this.#dir };
    const cacheDir = join(this.#dir, `mirrors-${this.#stages.length}`);
    const repositories = new ServiceRepositories({ config, locations, cacheDir });
    const module = ContextGathererModule.register({
      repositories,
      skillsDir: resolve('../../skills'),
      config,
      locations,
      env: {},
    });
    const logger = createLogger({ level: 'silent' });
    const stage = createStage(module, { ...this.parts, group: 'context-gatherer', logger });
    this.#stages.push(stage);
    await stage.start();
    return stage;
  }

  /** Profiles the program with Node.js itself and puts what comes out into the index, as the detector does. */
  async profile(): Promise<void> {
    const checkout = join(this.#dir, 'checkout');
    for (const [path, text] of Object.entries(PATHS)) {
      await mkdir(dirname(join(checkout, path)), { recursive: true });
      await writeFile(join(checkout, path), text);
    }
    const out = await mkdtemp(join(this.#dir, 'profile-'));
    const args = ['--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${out}`, 'src/main.mjs'];
    await promisify(execFile)(process.execPath, args, { cwd: checkout });
    const [name = ''] = await readdir(out);
    const endedAt = new Date();
    const facts = {
      service: 'web',
      environment: 'production',
      version: 'a'.repeat(40),
      deployment: 'd-1',
      hostClass: 'test',
      startedAt: new Date(endedAt.getTime() - 1000).toISOString(),
      endedAt: endedAt.toISOString(),
      unitOfWork: 'text',
      cpuSeconds: 0.5,
    };
    const recorded = await recordProfile(await readFile(join(out, name)), facts, {
      pathMap: { [checkout]: '' },
      fetchSource: (path) => readFile(join(checkout, path), 'utf8').catch(() => undefined),
      source: '/test',
    });
    await this.parts.blobs.put(Buffer.from(recorded.blob), 'application/octet-stream');
    await new ServiceIndex(this.parts.store).putProfile(recorded.event.data);
  }

  async ask(stage: Stage, service = 'web'): Promise<void> {
    await stage.get(EventPublisher).publish(scanRequested, { service });
  }

  /** Every event of a contract, by the time at which the log took it. */
  async events<Data>(contract: EventContract<Data>): Promise<HeadroomEvent<Data>[]> {
    const found: { event: HeadroomEvent<Data>; at: number }[] = [];
    for (let partition = 0; partition < contract.partitions; partition += 1) {
      for (const record of await this.#read(contract.topic, partition)) {
        const event = eventOf(record, contract as EventContract) as HeadroomEvent<Data>;
        found.push({ event, at: record.timestampMs });
      }
    }
    return found.sort((a, b) => a.at - b.at).map(({ event }) => event);
  }

  /** A topic that was just made may have no leader for a moment. */
  async #read(topic: string, partition: number): ReturnType<ReadableLog['read']> {
    for (const end = Date.now() + 60_000; ;) {
      try {
        return await this.parts.log.read({ topic, partition }, 0n, 1000);
      } catch (error) {
        if (!(error instanceof HeadroomError && error.retryable) || Date.now() > end) throw error;
        await delay(100);
      }
    }
  }

  async states(contract: EventContract<OpportunityState>): Promise<OpportunityState[]> {
    return (await this.events(contract)).map(({ data }) => data);
  }

  /** Ends every process of the stage. */
  async stop(): Promise<void> {
    await Promise.all(this.#stages.map((stage) => stage.close()));
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
