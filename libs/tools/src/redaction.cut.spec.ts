import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configSchema } from '@headroom/platform';
import { MemoryBlobs } from '@headroom/runtime';
import { buildRepository } from '@headroom/testing';
import { ServiceRepositories } from '@headroom/workspace';
import { z } from 'zod';
import { codeTools, GitCodeSource } from './code/index.js';
import { docsTools, FolderDocs } from './docs/index.js';
import { blobsTools, defineTool, Toolbox } from './index.js';

const PASSWORD = 'walrus-seven-nine';
const RANDOM = ['Zk9qT2vXw7Lm', 'R4bYc8NsHd3f'].join('');
/** Ends of the secrets: what a text shows that begins within one. */
const ENDS = [PASSWORD.slice(-6), RANDOM.slice(-6)];
const SETTINGS = `db:\n  password: ${PASSWORD}\nthe key is ${RANDOM} here\n`;

let dir: string;
let toolbox: Toolbox;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-cut-'));
  const { bare } = await buildRepository(join(dir, 'origin'), [
    { message: 'Begin', files: { 'src/a.ts': 'export const a = 1;\n' } },
    { message: 'Settings', files: { 'settings.yml': SETTINGS, 'plain.txt': 'the password is asked for\n' } },
  ]);
  await mkdir(join(dir, 'docs'));
  await writeFile(join(dir, 'docs', 'page.md'), `# Page\n\n${SETTINGS}`);
  const services = { web: { repository: { name: 'shop/web', url: bare }, team: 'shop', test: ['true'] } };
  const config = configSchema.parse({ version: 1, services });
  const repositories = new ServiceRepositories({
    config,
    locations: { configDir: dir, dataDir: dir },
    cacheDir: join(dir, 'cache'),
  });
  const source = new GitCodeSource({ config, repositories });
  const large = defineTool({
    name: 'samples_read_all',
    title: 'All',
    description: 'More than one answer holds.',
    input: z.object({}),
    output: z.object({ text: z.string(), filling: z.string() }),
    run: async () => ({ data: { text: SETTINGS, filling: 'x '.repeat(4_000) }, source: 'x', trust: 'untrusted' }),
  });
  const blobs = new MemoryBlobs();
  const tools = [
    ...codeTools(source),
    ...docsTools(new FolderDocs([{ name: 'team', path: join(dir, 'docs') }])),
    ...blobsTools(blobs),
    large,
  ];
  toolbox = new Toolbox(tools, { blobs, now: () => 0, budgetTokens: 1_000 });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

async function answered(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await toolbox.call(name, args);
  if (!answer.ok) throw new Error(answer.message);
  return { ...answer.envelope.result, overflow: answer.envelope.overflow };
}

describe('a text of which a caller reads on from any place', () => {
  it('shows no half of a secret in the diff of a change', async () => {
    const args = { repository: 'shop/web', commit: 'main' };
    const total = Number((await answered('code_diff_change', args))['diff_total']);

    for (let offset = 0; offset < total; offset += 7) {
      const { diff } = await answered('code_diff_change', { ...args, offset });
      for (const end of ENDS) expect(diff).not.toContain(end);
    }
    expect(total).toBeGreaterThan(SETTINGS.length);
  });

  it('shows none in a document', async () => {
    const { text, total } = await answered('docs_read_section', { address: 'team/page.md' });

    expect(text).toContain('password: [redacted: secret]');
    for (let offset = 0; offset < Number(total); offset += 7) {
      const part = await answered('docs_read_section', { address: 'team/page.md', offset });
      for (const end of ENDS) expect(part['text']).not.toContain(end);
    }
  });

  it('shows none in a result that was put away, in no slice, search, head or tail of it', async () => {
    const { overflow } = await answered('samples_read_all', {});
    const { handle, bytes } = overflow as { handle: string; bytes: number };

    expect(JSON.stringify(overflow)).toContain('password: [redacted: secret]');
    for (const end of ENDS) {
      expect(JSON.stringify(overflow)).not.toContain(end);
      expect(await answered('blobs_search', { handle, text: end })).toMatchObject({ total: 0 });
    }
    for (let offset = 0; offset < Math.min(bytes, 400); offset += 5) {
      const { text } = await answered('blobs_read_slice', { handle, offset, length: 40 });
      for (const end of ENDS) expect(text).not.toContain(end);
    }
  });
});

describe('a search by a secret', () => {
  const linesOf = async (args: Record<string, unknown>): Promise<unknown[]> => {
    const found = await answered('code_search_text', { repository: 'shop/web', ...args });
    expect(found['total']).toBe((found['lines'] as unknown[]).length);
    return found['lines'] as unknown[];
  };

  it.each([
    { pattern: 'walrus' },
    { pattern: 'WALRUS-S', ignore_case: true },
    { pattern: 'password: [a-z]', regex: true },
    { pattern: '^ +p.*: w', regex: true },
    { pattern: '(?i)Zk9[^x]', regex: true },
  ])('finds nothing, so that it does not tell how the secret begins: %j', async (args) => {
    expect(await linesOf(args)).toEqual([]);
  });

  it('finds the line by what its reader may see', async () => {
    expect(await linesOf({ pattern: 'password' })).toMatchObject([{ path: 'plain.txt' }, { path: 'settings.yml' }]);
    expect(await linesOf({ pattern: '^the', regex: true })).toHaveLength(2);
  });
});
