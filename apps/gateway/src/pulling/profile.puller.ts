import { randomUUID } from 'node:crypto';
import { ServiceIndex } from '@headroom/indexes';
import { tokenOf, type Logger, type PullSettings } from '@headroom/platform';
import type { KeyValueStore } from '@headroom/runtime';
import type { Profiles } from '../profiles/profile.service.js';
import { PprofEndpoint } from './pprof.endpoint.js';
import { PulledProfiles } from './pulled.profiles.js';
import { PullLoop } from './pull.loop.js';
import type { PullSource } from './pull.source.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What to pull, and with which tokens. */
export interface PullPlan {
  /** `profiles.pull` of the configuration. */
  settings: readonly PullSettings[];
  /** Where tokens are, by the names that the settings give. */
  env: Env;
}

/** The source that a setting names. @throws HeadroomError `HEADROOM_TOKEN_MISSING` */
export function pullSourceOf(settings: PullSettings, env: Env): PullSource {
  return new PprofEndpoint(settings, tokenOf(settings.tokenEnv, env));
}

/** Pulls every source of a configuration on its schedule, from its start until it is closed. */
export class ProfilePuller {
  readonly #stopping = new AbortController();
  readonly #loops: readonly PullLoop[];
  #running: Promise<unknown> = Promise.resolve();

  /** @throws HeadroomError `HEADROOM_TOKEN_MISSING` */
  constructor(plan: PullPlan, parts: { profiles: Profiles; store: KeyValueStore; logger: Logger }) {
    const { store, logger } = parts;
    const profiles = new PulledProfiles(parts.profiles, new ServiceIndex(store));
    const owner = randomUUID();
    this.#loops = plan.settings.map(
      (settings) =>
        new PullLoop({ settings, source: pullSourceOf(settings, plan.env), profiles, store, logger, owner }),
    );
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
