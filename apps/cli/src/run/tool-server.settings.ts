import { resolve } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { loadConfig, type HeadroomConfig } from '@headroom/platform';
import { checkedStore, checkedToken, parseHttpAddress, type HttpAddress, type RunOptions } from './run.settings.js';

/** What a deployed tool-server runs with. */
export interface ToolServerSettings {
  /** Address of the key-value store; may hold a password. */
  store: string;
  /** Payload folder that all stages share. */
  blobsDir: string;
  /** Folder of this process alone: mirrors. */
  dataDir: string;
  http: HttpAddress;
  token: string;
  config: HeadroomConfig;
  configDir: string;
}

/**
 * Checks everything that a deployed tool-server is told before anything is opened. It needs no log and no keys.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_CONFIG_UNREADABLE`, `HEADROOM_CONFIG_INVALID`
 */
export async function toolServerSettings(options: RunOptions): Promise<ToolServerSettings> {
  const { store, blobs, config: path } = options;
  if (!store || !blobs || !path) {
    const missing = [
      ...(store ? [] : ['the store: --store redis://host:6379 (HEADROOM_STORE)']),
      ...(blobs ? [] : ['the payload folder that all stages share: --blobs <folder> (HEADROOM_BLOBS)']),
      ...(path ? [] : ['the configuration: --config <file> (HEADROOM_CONFIG)']),
    ];
    const message = ['headroom run tool-server has to be told:', ...missing].join('\n  ');
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE' });
  }
  return {
    token: await checkedToken('tool-server', options),
    store: checkedStore(store),
    blobsDir: resolve(blobs),
    dataDir: resolve(options.data),
    http: parseHttpAddress(options.http ?? '127.0.0.1:0'),
    ...(await loadConfig(path)),
  };
}
