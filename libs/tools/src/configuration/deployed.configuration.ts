import type { Change } from '@headroom/contracts';
import type { ChangeIndex, TimeWindow } from '@headroom/indexes';
import { deployedTo } from '../changes/deployed.to.js';
import { redactSecrets } from '../redaction.js';
import {
  latestFirst,
  type ConfigurationChange,
  type ConfigurationDiff,
  type ConfigurationListing,
  type ConfigurationSource,
} from './configuration.port.js';
import { settingChange } from './settings.js';

/** Configuration as `change.deployed` events of kind `config` told it. */
export class DeployedConfiguration implements ConfigurationSource {
  readonly name = 'event';
  readonly #changes: ChangeIndex;

  constructor(changes: ChangeIndex) {
    this.#changes = changes;
  }

  async changes(service: string, window: TimeWindow): Promise<ConfigurationListing> {
    const found = await deployedTo(this.#changes, service, window);
    const changes = found.filter(({ kind }) => kind === 'config').map((each) => this.#change(each));
    return { changes: changes.sort(latestFirst), notes: [], source: 'change.deployed events' };
  }

  async change(id: string): Promise<ConfigurationDiff | undefined> {
    const [service, at, environment, deployment] = id.split('/').map(decoded);
    const from = Date.parse(at ?? '');
    if (!service || Number.isNaN(from)) return undefined;
    const window = { from: new Date(from).toISOString(), to: new Date(from + 1).toISOString() };
    const found = await this.#changes.changes(service, window);
    const one = found.find(
      (each) => each.kind === 'config' && each.deployment === deployment && each.environment === environment,
    );
    return one && { ...this.#change(one), source: `change.deployed ${service} ${one.deployment}` };
  }

  #change({ service, environment, deployment, deployedAt, config = [], author }: Change): ConfigurationChange {
    const at = new Date(deployedAt).toISOString();
    const id = [service, at, environment, deployment].map(encodeURIComponent).join('/');
    return {
      id: `${this.name}:${id}`,
      at,
      services: [service],
      environment,
      ...(author === undefined ? {} : { author: redactSecrets(author).text }),
      settings: config.map(({ key, before, after }) => settingChange(key, before, after)),
      notes: [],
    };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
