import { HeadroomError } from '@headroom/contracts';
import { configSchema, createLogger, loadConfig, type Logger } from '@headroom/platform';
import { openEmbedded } from '@headroom/runtime';
import { connectTools, type RemoteTools } from '@headroom/tool-server';
import { ServiceRepositories } from '@headroom/workspace';
import { HttpClient } from '../client.http.js';
import { mirrorsDir } from '../data-directory.js';
import { readHostFile } from '../host-file.js';
import { version } from '../installation.js';
import { servingOf } from './serving.js';

/** Where a verb finds tools. */
export interface ToolPlace {
  /** Data directory, where no address is given. */
  data: string;
  /** Configuration of the services, where no host runs. */
  config?: string | undefined;
  /** Address of a tool-server elsewhere. */
  url?: string | undefined;
  /** Its token. */
  token?: string | undefined;
  /** Told of calls. @default nobody */
  logger?: Logger;
}

/** Without a configuration there are no services to look at, which is no error where none was named. */
export async function configurationOf(path: string | undefined): ReturnType<typeof loadConfig> {
  try {
    return await loadConfig(path ?? 'headroom.config.yaml');
  } catch (error) {
    const isAbsent = error instanceof HeadroomError && error.code === 'HEADROOM_CONFIG_UNREADABLE';
    if (!isAbsent || path !== undefined) throw error;
    return { config: configSchema.parse({ version: 1, services: {} }), configDir: process.cwd() };
  }
}

async function openHere({ data, config: path, logger }: ToolPlace): Promise<RemoteTools> {
  const { config, configDir } = await configurationOf(path);
  const parts = await openEmbedded(data, { purpose: 'headroom tools' });
  try {
    const locations = { configDir, dataDir: data };
    const repositories = new ServiceRepositories({ config, locations, cacheDir: mirrorsDir(data) });
    const serving = await servingOf(
      { ...parts, config, locations, repositories },
      logger ?? createLogger({ level: 'silent' }),
    );
    const close = async (): Promise<void> => {
      await serving.close();
      await parts.close();
    };
    return { list: () => serving.list(), call: (name, args, call) => serving.call(name, args, call), close };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/**
 * The tools of a server at an address; without one, of the host of a data directory when it is alive, else of the directory itself.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_HOST_UNREACHABLE`, `HEADROOM_UNAUTHORIZED`, `HEADROOM_DATA_DIRECTORY_IN_USE`
 */
export async function findTools(place: ToolPlace): Promise<RemoteTools> {
  const { data, url, token } = place;
  if (url !== undefined) {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
      const message = `"${url}" is no address of a tool-server; write it like http://127.0.0.1:8080/mcp.`;
      throw new HeadroomError(message, { code: 'HEADROOM_USAGE' });
    }
    return connectTools({ url, token }, version());
  }
  const host = await readHostFile(data);
  if (host?.tools && (await HttpClient.isAlive(host))) return connectTools(host.tools, version());
  return openHere(place);
}
