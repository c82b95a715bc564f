import { HeadroomError } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { McpServer } from '@modelcontextprotocol/server';
import { SkillsExtension, type SkillFiles } from '@modelcontextprotocol/server/ext/skills';
import { nodeSkillFiles } from '@modelcontextprotocol/server/ext/skills/node';

/** First segment of the addresses: `skill://headroom/<name>/SKILL.md`. */
export const SKILLS_PREFIX = 'headroom';
/** How long a client may go on with a list or a file that it has, milliseconds. */
const TTL_MS = 60_000;

/** A skill that is fit to be served. */
export interface ServedFolder {
  readonly name: string;
  /** Its folder, which holds its files itself. */
  readonly dir: string;
}

/** Skills as servers of the protocol offer them. The extension is young: only this file knows how the SDK wires it. */
export interface ServedSkills {
  /** Addresses of what is served, sorted. */
  readonly uris: readonly string[];
  /** Lets a server answer `skills/list`, `skills/get` and reads of the files. Before it connects. */
  attach(server: McpServer): void;
}

/** One folder with a folder of each skill, wherever those are. */
function filesOf(folders: readonly ServedFolder[]): SkillFiles {
  const skills = new Map(folders.map(({ name, dir }) => [name, nodeSkillFiles(dir)]));
  const at = (path: string): { files: SkillFiles; rest: string } => {
    const [name = '', ...rest] = path.split('/');
    const files = skills.get(name);
    if (!files) throw new HeadroomError(`There is no skill "${name}".`, { code: 'HEADROOM_SKILL_UNKNOWN' });
    return { files, rest: rest.join('/') };
  };
  return {
    list: async (path) => {
      if (path === '') return [...skills.keys()].map((name) => ({ name, kind: 'directory' as const }));
      const { files, rest } = at(path);
      return files.list(rest);
    },
    read: async (path) => {
      const { files, rest } = at(path);
      return files.read(rest);
    },
  };
}

/**
 * Reads skills to serve them by the extension `io.modelcontextprotocol/skills`: every file with its size and SHA-256. One that the
 * protocol does not take is left out, with a warning in the log.
 */
export async function serveSkills(folders: readonly ServedFolder[], logger: Logger): Promise<ServedSkills> {
  const catalog = await SkillsExtension.load(filesOf(folders), {
    prefix: SKILLS_PREFIX,
    cacheHint: { ttlMs: TTL_MS, cacheScope: 'private' },
    onWarning: ({ path, message }) => logger.warn({ path, problem: message }, 'skill is not served as it is'),
  });
  return {
    uris: catalog.entries.map(({ uri }) => uri),
    attach: (server) => catalog.attach(server),
  };
}
