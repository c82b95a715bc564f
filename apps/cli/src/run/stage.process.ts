import { HeadroomError, topicsFor } from '@headroom/contracts';
import { startGateway } from '@headroom/gateway';
import type { HeldLock, Logger } from '@headroom/platform';
import {
  startHealthServer,
  untilAnswering,
  type DependencyListener,
  type DistributedOptions,
  type DistributedParts,
  type HealthSource,
} from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { Registry } from 'prom-client';
import { version } from '../installation.js';
import { serviceParts } from '../service.source.js';
import { groupOf, moduleOf } from '../stages.js';
import { holdDataDirectory } from './held.directory.js';
import type { RunSettings } from './run.settings.js';
import { sourcesOf, type RunSources } from './run.sources.js';

/** Opens log, store and payloads. */
export type OpenParts = (options: DistributedOptions) => Promise<DistributedParts>;

/** Options of {@link StageProcess.start}. */
export interface StageProcessOptions {
  logger: Logger;
  open: OpenParts;
}

interface Closable {
  readonly url: string;
  close(): Promise<void>;
}

/** One stage in this process, as a deployment runs it: its HTTP endpoint answers from the first moment to the last. */
export class StageProcess {
  readonly #settings: RunSettings;
  readonly #options: StageProcessOptions;
  readonly #registry = new Registry();
  readonly #sources: RunSources;
  readonly #held: HeldLock;
  readonly #stopping = new AbortController();
  readonly #away = new Map<string, string>();
  readonly #failed = Promise.withResolvers<HeadroomError>();
  #http: Closable | undefined;
  #parts: DistributedParts | undefined;
  #stage: Stage | undefined;
  #started: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(settings: RunSettings, options: StageProcessOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#sources = sourcesOf(settings);
    this.#held = holdDataDirectory(settings.dataDir, settings.stage);
  }

  /**
   * Listens; the first log line has the `url`.
   * @throws HeadroomError `HEADROOM_DATA_DIRECTORY_IN_USE`, `HEADROOM_HTTP_ADDRESS_UNAVAILABLE`
   */
  static async listen(settings: RunSettings, options: StageProcessOptions): Promise<StageProcess> {
    const made = new StageProcess(settings, options);
    try {
      made.#http = await made.#serveHealth(settings.http.port);
    } catch (error) {
      await made.close();
      throw error;
    }
    options.logger.info({ url: made.url, stage: settings.stage, group: groupOf(settings.stage) }, 'listening');
    return made;
  }

  /** Where health and metrics are, and, of a gateway, the API. */
  get url(): string {
    return this.#http?.url ?? '';
  }

  /** Resolves when the log client is gone for good: the process has to be started again. */
  get failed(): Promise<HeadroomError> {
    return this.#failed.promise;
  }

  /**
   * Waits until log and store answer, checks the payload folder, joins. Ends quietly when it is closed meanwhile.
   * @throws HeadroomError of what cannot be used
   */
  start(): Promise<void> {
    return (this.#started ??= this.#start().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) throw error;
    }));
  }

  async #start(): Promise<void> {
    const { stage: name, bus, store, blobsDir, config } = this.#settings;
    const { logger, open } = this.#options;
    const group = groupOf(name);
    const module = await moduleOf(name, this.#sources);
    const onAway: DependencyListener = (dependency, problem) => {
      if (problem === undefined) this.#away.delete(dependency);
      else this.#away.set(dependency, problem);
    };
    const waiting = { logger, signal: this.#stopping.signal, onAway };
    const parts = await open({ bus, store, blobsDir, ...waiting });
    this.#parts = parts;
    await untilAnswering({ dependency: 'log', ...waiting }, () => parts.log.ensureTopics(topicsFor(config)));
    waiting.signal.throwIfAborted();
    this.#stage = createStage(module, { ...parts, group, logger, registry: this.#registry, appVersion: version() });
    this.#stage.runtime.onStatus((status) => {
      if (status !== 'FAILED') return;
      const message = `The log client of ${name} is gone for good; the log says why. Start the process again.`;
      this.#failed.resolve(new HeadroomError(message, { code: 'HEADROOM_STAGE_FAILED' }));
    });
    if (name === 'gateway') await this.#serveGateway(parts);
    await this.#stage.start();
  }

  #health(): HealthSource[] {
    if (this.#stage) return [this.#stage.runtime];
    const status = this.#closing ? 'DRAINING' : 'INITIALIZED';
    return [{ group: groupOf(this.#settings.stage), status, joined: false, problems: this.#away }];
  }

  #serveHealth(port: number): Promise<Closable> {
    const { host } = this.#settings.http;
    return startHealthServer({ host, port, sources: () => this.#health(), registry: this.#registry });
  }

  /** The gateway takes over the address from the plain health endpoint, which could answer before log and store did. */
  async #serveGateway(parts: DistributedParts): Promise<void> {
    const { config, http } = this.#settings;
    const { host } = http;
    const port = Number(new URL(this.url).port);
    await this.#http?.close();
    this.#http = await startGateway(
      {
        ...parts,
        ...serviceParts(this.#sources.repositories),
        trustedKeys: await this.#sources.trustedKeys(),
        logger: this.#options.logger,
        registry: this.#registry,
        status: () => this.#health(),
        pull: { settings: config.profiles.pull, tools: config.tools, env: this.#sources.env },
        token: this.#settings.token,
      },
      { host, port },
    );
  }

  /** Cuts a drain short. */
  hurry(): void {
    this.#stage?.runtime.hurry();
  }

  /** Drains and lets everything go; health is answered until the end. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stopping.abort(new HeadroomError('The process is stopping.', { code: 'HEADROOM_STOPPED' }));
    await this.#stage?.close();
    // Its failure is known to whoever started it.
    await this.#started?.catch(() => undefined);
    await this.#stage?.close();
    // Requests to the API need what is closed next.
    const isApi = this.#settings.stage === 'gateway';
    if (isApi) await this.#http?.close();
    await this.#parts?.close();
    await this.#sources.close();
    if (!isApi) await this.#http?.close();
    this.#held.release();
  }
}
