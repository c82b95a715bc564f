import { HeadroomError } from '@headroom/contracts';
import type { HeldLock, Logger } from '@headroom/platform';
import {
  FolderBlobs,
  joinBlobsFolder,
  RedisStore,
  startHealthServer,
  untilAnswering,
  type DependencyListener,
  type HealthSource,
} from '@headroom/runtime';
import { startToolServer, type Serving } from '@headroom/tool-server';
import { ServiceRepositories } from '@headroom/workspace';
import { Registry } from 'prom-client';
import { mirrorsDir } from '../data-directory.js';
import { version } from '../installation.js';
import { skillsPlace } from '../skills/skills.place.js';
import { servedSkills, servingOf } from '../tools/serving.js';
import { holdDataDirectory } from './held.directory.js';
import type { ToolServerSettings } from './tool-server.settings.js';

/** Name of the process, on the command line and in its health. */
export const TOOL_SERVER = 'tool-server';

/** How often it is looked whether the store answers, milliseconds. */
const LOOK_MS = 5000;

interface Closable {
  readonly url: string;
  close(): Promise<void>;
}

/** The tool-server in this process, as a deployment runs it: it reads the store and the payloads, and needs no log. */
export class ToolServerProcess {
  /** Never: whatever is away comes back. */
  readonly failed: Promise<HeadroomError> = new Promise(() => undefined);
  readonly #settings: ToolServerSettings;
  readonly #logger: Logger;
  readonly #registry = new Registry();
  readonly #held: HeldLock;
  readonly #stopping = new AbortController();
  readonly #problems = new Map<string, string>();
  #status: HealthSource['status'] = 'INITIALIZED';
  #http: Closable | undefined;
  #store: RedisStore | undefined;
  #serving: Serving | undefined;
  #watch: NodeJS.Timeout | undefined;
  #started: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(settings: ToolServerSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.#held = holdDataDirectory(settings.dataDir, TOOL_SERVER);
  }

  /**
   * Listens; the first log line has the `url`.
   * @throws HeadroomError `HEADROOM_DATA_DIRECTORY_IN_USE`, `HEADROOM_HTTP_ADDRESS_UNAVAILABLE`
   */
  static async listen(settings: ToolServerSettings, logger: Logger): Promise<ToolServerProcess> {
    const made = new ToolServerProcess(settings, logger);
    try {
      const { host, port } = settings.http;
      made.#http = await startHealthServer({ host, port, sources: () => made.#health(), registry: made.#registry });
    } catch (error) {
      await made.close();
      throw error;
    }
    logger.info({ url: made.url, stage: TOOL_SERVER }, 'listening');
    return made;
  }

  /** Where health and metrics are, and the protocol at `/mcp`. */
  get url(): string {
    return this.#http?.url ?? '';
  }

  /** Waits until the store answers, checks the payload folder, serves. Ends quietly when it is closed meanwhile. */
  start(): Promise<void> {
    return (this.#started ??= this.#start().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) throw error;
    }));
  }

  #health(): HealthSource[] {
    const joined = this.#status === 'RUNNING';
    return [{ group: TOOL_SERVER, status: this.#status, joined, problems: this.#problems }];
  }

  async #start(): Promise<void> {
    const { store: address, blobsDir, config, configDir, dataDir, token, http } = this.#settings;
    const logger = this.#logger;
    const { signal } = this.#stopping;
    const onAway: DependencyListener = (dependency, problem) => this.#tell(dependency, problem);
    const store = await RedisStore.open(address, { logger });
    this.#store = store;
    await untilAnswering({ dependency: 'store', logger, signal, onAway }, () => store.ping());
    await joinBlobsFolder(store, blobsDir);
    const blobs = new FolderBlobs(blobsDir);
    const locations = { configDir, dataDir };
    const repositories = new ServiceRepositories({ config, locations, cacheDir: mirrorsDir(dataDir) });
    const serving = await servingOf({ config, locations, store, blobs, repositories }, logger);
    this.#serving = serving;
    const skills = await servedSkills(skillsPlace(config, configDir), logger);
    signal.throwIfAborted();
    // It takes over the address from the plain health endpoint, which could answer before the store did.
    const port = Number(new URL(this.url).port);
    await this.#http?.close();
    const { hosts, origins } = config.tools;
    const server = await startToolServer({
      tools: serving,
      skills,
      logger,
      version: version(),
      token,
      host: http.host,
      port,
      hosts,
      origins,
      health: () => this.#health(),
      registry: this.#registry,
    });
    this.#http = server;
    serving.onChange(() => server.toolsChanged());
    this.#status = 'RUNNING';
    this.#watch = setTimeout(() => void this.#look(store), LOOK_MS);
  }

  #tell(dependency: string, problem: string | undefined): void {
    if (problem === undefined) this.#problems.delete(dependency);
    else this.#problems.set(dependency, problem);
  }

  async #look(store: RedisStore): Promise<void> {
    const problem = await store.ping().then(
      () => undefined,
      (error: Error) => error.message,
    );
    this.#tell('store', problem);
    if (!this.#stopping.signal.aborted) this.#watch = setTimeout(() => void this.#look(store), LOOK_MS);
  }

  /** Ends what is under way and lets everything go. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#status = 'DRAINING';
    this.#stopping.abort(new HeadroomError('The process is stopping.', { code: 'HEADROOM_STOPPED' }));
    clearTimeout(this.#watch);
    // Its failure is known to whoever started it.
    await this.#started?.catch(() => undefined);
    clearTimeout(this.#watch);
    await this.#http?.close();
    await this.#serving?.close();
    await this.#store?.close();
    this.#held.release();
  }
}
