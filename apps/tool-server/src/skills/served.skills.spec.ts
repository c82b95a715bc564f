import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@headroom/platform';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills';
import type { ToolServer } from '../http/tool-server.app.js';
import { memoryLogger, startFixtureServer } from '../testing/tool.fixtures.js';
import { serveSkills, type ServedFolder } from './served.skills.js';

const CATALOGUE = resolve('../../skills');
const NAMES = ['log-sampling', 'regex-precompile'];
const silent = createLogger({ level: 'silent' });

let dir: string;
let server: ToolServer | undefined;
let client: Client | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'served-skills-'));
});

afterEach(async () => {
  await client?.close();
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function skillIn(
  name: string,
  header = `name: ${name}\ndescription: Does things. Use it then.`,
): Promise<ServedFolder> {
  const folder = join(dir, name);
  await mkdir(folder);
  writeFileSync(join(folder, 'SKILL.md'), `---\n${header}\n---\n\n# A skill\n`);
  return { name, dir: folder };
}

async function clientOf(folders: readonly ServedFolder[], mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
  server = await startFixtureServer({ skills: await serveSkills(folders, silent) });
  client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', server.url)));
  return client;
}

describe('served skills', () => {
  it.each(['auto', 'legacy'] as const)('are verified file by file by a client that speaks %s', async (mode) => {
    const skills = new SkillsClient(
      await clientOf(
        NAMES.map((name) => ({ name, dir: join(CATALOGUE, name) })),
        mode,
      ),
    );

    const { skills: entries } = await skills.list();

    expect(skills.supported).toBe(true);
    expect(entries.map(({ uri }) => uri)).toEqual(NAMES.map((name) => `skill://headroom/${name}/SKILL.md`));
    for (const entry of entries) {
      const manifest = await skills.read(entry);
      const folder = join(CATALOGUE, String(manifest.frontmatter?.['name']));
      expect(manifest).toMatchObject({ verified: true, text: readFileSync(join(folder, 'SKILL.md'), 'utf8') });
      const example = await skills.read(entry, 'references/negatives.md');
      const bytes = readFileSync(join(folder, 'references/negatives.md'));
      expect(Buffer.from(example.bytes)).toEqual(bytes);
      expect(entry.resources).toContainEqual(
        expect.objectContaining({ digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` }),
      );
    }
  });

  it('do not lengthen the list of tools', async () => {
    const listed = async (folders: readonly ServedFolder[]) => {
      const { tools } = await (await clientOf(folders)).listTools();
      await client?.close();
      await server?.close();
      return tools;
    };

    expect(await listed([await skillIn('one'), await skillIn('two')])).toEqual(await listed([]));
  });

  it('leave out one that the protocol does not take, and say so', async () => {
    const { logger, lines } = memoryLogger();
    const folders = [await skillIn('good'), await skillIn('broken', 'name: another\ndescription: [')];

    const { uris } = await serveSkills(folders, logger);

    expect(uris).toEqual(['skill://headroom/good/SKILL.md']);
    expect(lines).toContainEqual(expect.objectContaining({ path: expect.stringContaining('broken') }));
  });

  it('are not read any more when a file was changed behind the list', async () => {
    const folder = await skillIn('good');
    const skills = new SkillsClient(await clientOf([folder]));
    const [entry] = (await skills.list()).skills;

    writeFileSync(join(folder.dir, 'SKILL.md'), '---\nname: good\ndescription: Other.\n---\n');

    await expect(skills.read(entry!)).rejects.toThrow();
  });

  it('give no file outside of their folder', async () => {
    const skills = new SkillsClient(await clientOf([await skillIn('good')]));
    writeFileSync(join(dir, 'secret.txt'), 'secret');
    const [entry] = (await skills.list()).skills;

    await expect(skills.read(entry!, '../secret.txt')).rejects.toThrow();
    await expect(client!.readResource({ uri: 'skill://headroom/good/../secret.txt' })).rejects.toThrow();
    await expect(client!.readResource({ uri: 'skill://headroom/secret.txt' })).rejects.toThrow();
    await expect(skills.get('skill://headroom/other/SKILL.md')).rejects.toThrow();
  });
});
