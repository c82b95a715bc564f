import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CaseView } from '@headroom/cases';
import type { HttpClient } from '@headroom/cli';
import {
  startMessagesServer,
  type AnswerRecord,
  type LogRecord,
  type MessagesProcess,
  type RequestRecord,
} from '@headroom/testing';
import { eventually, headroom, TestHost } from '../test-host.js';
import { KEY, KEY_VARIABLE, makeModelTarget, subjectOf, type ModelTarget } from './model.target.js';

type Logged = RequestRecord & { body: { messages: unknown[]; system: unknown[]; tools: { name: string }[] } };

/** The scripted model in a process of its own, and what it was asked. */
export class ScriptedModel {
  private constructor(private readonly server: MessagesProcess) {}

  static async start(dir: string): Promise<ScriptedModel> {
    const scenario = resolve('dist/model/model.scenario.js');
    await mkdir(dir, { recursive: true });
    const logFile = join(dir, 'model.log');
    return new ScriptedModel(await startMessagesServer({ scenario, logFile, logBodies: true, key: KEY }));
  }

  get url(): string {
    return this.server.url;
  }

  /** Requests about a function, or all. */
  requests(name?: string): Logged[] {
    const all = this.server.records().filter((each): each is Logged => each.kind === 'request');
    return name === undefined ? all : all.filter(({ body }) => JSON.stringify(body).includes(subjectOf(name)));
  }

  /** Turn and status of each request about a function, in their order; a call that broke off has "broken" instead. */
  calls(name: string): string[] {
    const answers = new Map(
      this.server
        .records()
        .filter(isAnswer)
        .map((each) => [each.ordinal, each]),
    );
    return this.requests(name).map(({ turn, ordinal }) => {
      const answer = answers.get(ordinal);
      return `${turn} ${answer === undefined ? 'open' : answer.complete ? answer.status : 'broken'}`;
    });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

function isAnswer(record: LogRecord): record is AnswerRecord {
  return record.kind === 'answer';
}

/** The case of a function of a service, once it is as it should be. */
export function caseOf(
  client: HttpClient,
  { service = 'titles', name }: { service?: string | undefined; name: string },
  holds: (view: CaseView) => boolean,
): Promise<CaseView> {
  let last: CaseView | undefined;
  return eventually(
    `the case of ${service} ${name}`,
    async () => {
      const { cases } = await client.overview();
      const found = cases.find((each) => each.service === service && each.subject === subjectOf(name));
      if (!found) return undefined;
      last = (await client.details(found.caseId)).view;
      return holds(last) ? last : undefined;
    },
    100_000,
  ).catch((cause: unknown) => {
    throw new Error(`It stands like this: ${JSON.stringify(last, undefined, 1)}`, { cause });
  });
}

/** A host with everything in one process, a target, and a model. */
export class ModelInstallation {
  #host: TestHost | undefined;

  private constructor(
    readonly dir: string,
    readonly model: ScriptedModel,
    readonly target: ModelTarget,
  ) {}

  static async make(): Promise<ModelInstallation> {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
    return new ModelInstallation(dir, await ScriptedModel.start(dir), await makeModelTarget(dir));
  }

  get dataDir(): string {
    return join(this.dir, 'data');
  }

  get host(): TestHost {
    if (!this.#host) throw new Error('the host was not started');
    return this.#host;
  }

  /** Starts the host anew. @param key false = without a key, @param budgets over the usual ones */
  async start({ key = true, budgets }: { key?: boolean; budgets?: object } = {}): Promise<void> {
    await this.#host?.stop();
    const config = await this.target.configure(this.model.url, budgets);
    const env = { [KEY_VARIABLE]: key ? KEY : '' };
    this.#host = await TestHost.start({ dataDir: this.dataDir, config, env });
  }

  /** Requests an opportunity, as from a second terminal. */
  async request(name: string, service = 'titles'): Promise<void> {
    const words = ['request', subjectOf(name), '--service', service, '--skill', 'memoize-pure'];
    const { code, stderr } = await headroom([...words, '--data', this.dataDir]);
    if (code !== 0) throw new Error(`the request ended with ${code}: ${stderr}`);
  }

  /** Requests an opportunity and waits for the end of its draft. */
  async drafted(name: string, service?: string): Promise<CaseView> {
    await this.request(name, service);
    return this.caseOf(name, ({ draft }) => draft !== undefined, service);
  }

  caseOf(name: string, holds: (view: CaseView) => boolean, service?: string): Promise<CaseView> {
    return caseOf(this.host.client, { service, name }, holds);
  }

  async stop(): Promise<void> {
    await this.#host?.stop();
    await this.model.stop();
  }
}
