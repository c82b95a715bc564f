import { randomUUID } from 'node:crypto';
import { ServiceIndex, type ChangeIndex } from '@headroom/indexes';
import { tokenOf, type Logger, type PullSettings, type ToolsSettings } from '@headroom/platform';
import type { KeyValueStore } from '@headroom/runtime';
import { prometheusOf, pyroscopeOf } from '@headroom/tools';
import type { Profiles } from '../profiles/profile.service.js';
import { PprofEndpoint } from './pprof.endpoint.js';
import { PulledProfiles } from './pulled.profiles.js';
import { PullLoop } from './pull.loop.js';
import type { PullSource } from './pull.source.js';
import { PyroscopePull } from './pyroscope.pull.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What to pull, from where. */
export interface PullPlan {
  /** `profiles.pull` of the configuration. */
  settings: readonly PullSettings[];
  /** Its `tools` block, which names Pyroscope and Prometheus. */
  tools: Pick<ToolsSettings, 'pyroscope' | 'prometheus'>;
  /** Where tokens are, by the names that the settings give. */
  env: Env;
}

/**
 * The sources that a configuration names.
 * @throws HeadroomError `HEADROOM_TOKEN_MISSING`
 */
export function pullSources(
  { settings, tools, env }: PullPlan,
  changes?: ChangeIndex,
): { settings: PullSettings; source: PullSource }[] {
  const pyroscope = pyroscopeOf(tools, env, { changes });
  return settings.map((each) => {
    const { url, seconds, tokenEnv } = each;
    if (url !== undefined)
      return { settings: each, source: new PprofEndpoint({ url, seconds }, tokenOf(tokenEnv, env)) };
    // The schema sees to it that Pyroscope is named.
    return { settings: each, source: new PyroscopePull(each, pyroscope!) };
  });
}

/** Pulls every source of a configuration on its schedule, from its start until it is closed. */
export class ProfilePuller {
  readonly #stopping = new AbortController();
  readonly #loops: readonly PullLoop[];
  #running: Promise<unknown> = Promise.resolve();

  /** @throws HeadroomError `HEADROOM_TOKEN_MISSING` */
  constructor(plan: PullPlan, parts: { profiles: Profiles; store: KeyValueStore; logger: Logger }) {
    const { store, logger } = parts;
    const index = new ServiceIndex(store);
    const profiles = new PulledProfiles(parts.profiles, index, prometheusOf(plan.tools, plan.env));
    const owner = randomUUID();
    this.#loops = pullSources(plan, index).map((each) => new PullLoop({ ...each, profiles, store, logger, owner }));
  }

  start(): void {
    this.#running = Promise.all(this.#loops.map((loop) => loop.run(this.#stopping.signal)));
  }

  /** Gives up what is under way, and resolves when nothing runs any more. Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}
