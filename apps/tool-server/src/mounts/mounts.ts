import type { Logger, MountSettings } from '@headroom/platform';
import type { AnyTool } from '@headroom/tools';
import { MountedServer, type MountOptions, type MountState } from './mounted.server.js';

/** How often servers that are away are looked for, milliseconds. */
const LOOK_AGAIN_MS = 30_000;

/** Settings of mounts by their names. */
export type NamedMounts = Readonly<Record<string, MountSettings>>;

/** Servers of others whose tools are served along. */
export interface Mounts {
  /** Tools of those that were reached. */
  tools(): AnyTool[];
  close(): Promise<void>;
}

/** How each mount is, looked at once; for people who want to know. */
export async function mountStates(settings: NamedMounts, options: MountOptions): Promise<MountState[]> {
  const servers = Object.entries(settings).map(([name, each]) => new MountedServer(name, each, options));
  const looked = await Promise.all(servers.map((server) => server.look()));
  await Promise.all(servers.map((server) => server.close()));
  return looked.map(({ state }) => state);
}

/**
 * Reaches for every mounted server. One that is away hinders nobody: it is looked for again until it answers.
 * @param onChange called when tools came along later
 */
export async function openMounts(
  settings: NamedMounts,
  options: MountOptions & { logger: Logger; onChange: () => void },
): Promise<Mounts> {
  const { logger, onChange } = options;
  const found = new Map<MountedServer, AnyTool[]>();
  const away = new Set(Object.entries(settings).map(([name, each]) => new MountedServer(name, each, options)));
  const servers = [...away];

  async function lookFor(server: MountedServer): Promise<void> {
    const { tools, state } = await server.look();
    const { refused, problem } = state;
    if (problem === undefined) {
      away.delete(server);
      found.set(server, tools);
      logger.info({ mount: server.name, tools: state.tools, refused }, 'outside server mounted');
    } else logger.warn({ mount: server.name, problem }, 'outside server away');
  }

  async function lookAgain(last: Promise<void>): Promise<void> {
    await last;
    const before = found.size;
    await Promise.all([...away].map(lookFor));
    if (found.size > before) onChange();
  }

  await Promise.all(servers.map(lookFor));
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = lookAgain(looking);
  }, LOOK_AGAIN_MS);
  timer.unref();
  return {
    tools: () => servers.flatMap((server) => found.get(server) ?? []),
    close: async () => {
      clearInterval(timer);
      await looking;
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
