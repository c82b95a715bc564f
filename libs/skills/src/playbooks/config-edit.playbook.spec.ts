import { describe, expect, it } from '@jest/globals';
import { applyWithGit } from '../testing/playbook.fixtures.js';
import { configEditPlaybook } from './config-edit.playbook.js';
import type { PlaybookInput, PlaybookResult } from './playbook.js';

async function set(
  files: Readonly<Record<string, string>>,
  change: { key: string; before: string | null; after: string | null },
  input: Partial<PlaybookInput> = {},
): Promise<PlaybookResult> {
  return configEditPlaybook.conclude(
    {
      subject: 'src/a.ts:f',
      readFile: (path) => files[path],
      listFiles: () => Object.keys(files),
      looksSecret: (key) => /password/i.test(key),
      config: { ...change, deployment: 'd02' },
      ...input,
    },
    { name: 'config-revert', allowedEffects: [] },
  );
}

const SIZE = { key: 'search.cacheSize', before: '5000', after: '0' };

describe('the playbook that sets a setting back', () => {
  it.each<[string, string, string, string]>([
    [
      'nested YAML with a comment',
      'app.yml',
      'search:\n  # kept\n  cacheSize: 0 # none\n',
      'search:\n  # kept\n  cacheSize: 5000 # none\n',
    ],
    ['a quoted text of YAML', 'app.yaml', "search: {cacheSize: '0'}\n", "search: {cacheSize: '5000'}\n"],
    [
      'the environment of a container',
      'pod.yml',
      'env:\n  - name: SEARCH_CACHE_SIZE\n    value: "0"\n',
      'env:\n  - name: SEARCH_CACHE_SIZE\n    value: "5000"\n',
    ],
    ['a second document', 'all.yml', 'a: 1\n---\nsearch.cacheSize: 0\n', 'a: 1\n---\nsearch.cacheSize: 5000\n'],
    ['a file that is named for the first key', 'conf/search.yml', 'cache-size: 0\n', 'cache-size: 5000\n'],
    [
      'JSON with comments',
      'app.jsonc',
      '{ // kept\n  "search": { "cacheSize": 0, },\n}\n',
      '{ // kept\n  "search": { "cacheSize": 5000, },\n}\n',
    ],
    [
      'a section of TOML',
      'app.toml',
      'a = """\n[search]\ncacheSize = 0\n"""\n[search]\ncacheSize = 0 # kept\n',
      'a = """\n[search]\ncacheSize = 0\n"""\n[search]\ncacheSize = 5000 # kept\n',
    ],
    ['a dotted key of TOML', 'app.toml', 'search."cache-size" = "0"\n', 'search."cache-size" = "5000"\n'],
    [
      'properties with CRLF',
      'app.properties',
      '# kept\r\nsearch.cacheSize = 0\r\nb = 1\r\n',
      '# kept\r\nsearch.cacheSize = 5000\r\nb = 1\r\n',
    ],
    ['a section of INI', 'app.ini', '[search]\ncache_size: 0\n', '[search]\ncache_size: 5000\n'],
    [
      'JSON behind a mark of UTF-8',
      'app.json',
      '\uFEFF{"search":{"cacheSize":0}}',
      '\uFEFF{"search":{"cacheSize":5000}}',
    ],
    [
      'YAML with CRLF and a template in a comment',
      'app.yml',
      '# {{ size }}\r\nsearch:\r\n  cacheSize: 0 # none\r\n',
      '# {{ size }}\r\nsearch:\r\n  cacheSize: 5000 # none\r\n',
    ],
    [
      'an environment file',
      'service.env',
      'export SEARCH_CACHE_SIZE=0 # kept\n',
      'export SEARCH_CACHE_SIZE=5000 # kept\n',
    ],
  ])('writes %s', async (_what, path, before, after) => {
    const result = await set({ [path]: before, 'README.md': 'search.cacheSize: 0\n' }, SIZE);

    expect(result).toMatchObject({ outcome: 'config', files: [path] });
    expect((await applyWithGit({ [path]: before }, 'patch' in result ? result.patch : ''))[path]).toBe(after);
  });

  it('keeps the kind of a value, and quotes what needs it', async () => {
    const yaml = async (before: string, after: string): Promise<string> => {
      const files = { 'a.yml': `mode: ${after}\n` };
      const result = await set(files, { key: 'mode', before, after: after.replaceAll("'", '') });
      return 'patch' in result ? (await applyWithGit(files, result.patch))['a.yml']! : result.outcome;
    };

    expect(await yaml('true', 'fast')).toBe('mode: "true"\n');
    expect(await yaml('a: b #c', "'fast'")).toBe("mode: 'a: b #c'\n");
    expect(await yaml('slow', 'fast')).toBe('mode: slow\n');
  });

  it.each<[string, Readonly<Record<string, string>>, Partial<typeof SIZE> | { before: null } | { after: null }]>([
    ['several-places', { 'a.yml': 'search: { cacheSize: 0 }\n', 'b.yml': 'search: { cacheSize: 0 }\n' }, {}],
    ['value-differs', { 'a.yml': 'search: { cacheSize: 7 }\n' }, {}],
    ['already-reverted', { 'a.yml': 'search: { cacheSize: 5000 }\n' }, {}],
    ['setting-not-found', { 'a.yml': 'other: { cacheSize: 0 }\n', 'tests/a.yml': 'search: { cacheSize: 0 }\n' }, {}],
    // What an anchor shares is not for one place alone, and neither is what a tag makes of it.
    ['value-not-writable', { 'a.yml': 'search: { cacheSize: &n 0 }\nb: *n\n' }, {}],
    ['value-not-writable', { 'a.yml': 'n: &n 0\nsearch: { cacheSize: *n }\n' }, {}],
    ['value-not-writable', { 'a.yml': 'all: &all\n  search: { cacheSize: 0 }\nweb: { <<: *all }\n' }, {}],
    ['value-not-writable', { 'a.yml': 'search: { cacheSize: !ENV 0 }\n' }, {}],
    ['several-places', { 'a.yml': 'n: &n 0\nsearch: { cacheSize: *n }\n', 'b.yml': 'search: { cacheSize: 0 }\n' }, {}],
    // The second one wins where it is read, whatever becomes of the first.
    ['several-places', { 'a.json': '{"search":{"cacheSize":0,"cacheSize":7}}' }, {}],
    ['several-places', { 'a.yml': 'search:\n  cacheSize: 0\n  cacheSize: 7\n' }, {}],
    ['value-not-writable', { 'a.properties': '# caf\uFFFD\nsearch.cacheSize=0\n' }, {}],
    ['value-differs', { 'a.yml': 'search: { cacheSize: 9007199254740993 }\n' }, { after: '9007199254740992' }],
    ['too-many-files', Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`a${at}.yml`, 'b: 1\n'])), {}],
    // A template is no YAML, and a broken file says nothing.
    [
      'setting-not-found',
      { 'a.yml': 'search:\n  cacheSize: {{ .Values.size }}\n', 'b.json': '{"search": {"cacheSize": 0}' },
      {},
    ],
    ['value-not-writable', { 'a.env': 'SEARCH_CACHE_SIZE=0\n' }, { before: 'two words' }],
    ['was-not-set', { 'a.yml': 'search: { cacheSize: 0 }\n' }, { before: null }],
    ['was-removed', { 'a.yml': 'search: {}\n' }, { after: null }],
    ['may-be-secret', { 'a.yml': 'search: { password: 0 }\n' }, { key: 'search.password' }],
  ])('abstains with %s', async (reason, files, change) => {
    expect(await set(files, { ...SIZE, ...change })).toMatchObject({ outcome: 'abstain', reason });
  });

  it.each(['.env.example', 'service.test.env', 'config/sample.env', 'service.local.env'])(
    'does not take %s for what is deployed',
    async (path) => {
      const text = 'SEARCH_CACHE_SIZE=0\n';

      expect(await set({ [path]: text }, SIZE)).toMatchObject({ reason: 'setting-not-found' });
      expect(await set({ [path]: text, '.env': text }, SIZE)).toMatchObject({ outcome: 'config', files: ['.env'] });
    },
  );

  it('passes over files that are nested deeper than any settings', async () => {
    const deep = { 'deep.json': '['.repeat(100_000), 'deep.yml': `${'['.repeat(5000)}${']'.repeat(5000)}` };

    const result = await set({ ...deep, 'a.yml': 'search: { cacheSize: 0 }\n' }, SIZE);

    expect(result).toMatchObject({ outcome: 'config', files: ['a.yml'] });
  });

  it('finds its place among ten thousands of settings', async () => {
    const more = Array.from({ length: 20_000 }, (_, at) => `k${at}: ${at}\n`).join('');

    expect(await set({ 'a.yml': `${more}search: { cacheSize: 0 }\n` }, SIZE)).toMatchObject({ outcome: 'config' });
  });

  it('takes the one place with the deployed value among others, and asks policy', async () => {
    const files = { 'base.yml': 'search: { cacheSize: 9 }\n', 'prod.yml': 'search: { cacheSize: 0 }\n' };

    expect(await set(files, SIZE)).toMatchObject({ outcome: 'config', files: ['prod.yml'] });
    expect(await set(files, SIZE, { refusals: () => ['No.'] })).toMatchObject({ reason: 'policy-refuses' });
    expect(await set(files, SIZE, { looksSecret: undefined })).toMatchObject({ reason: 'secrets-unchecked' });
  });

  it('lowers a launch in the spelling of its place', async () => {
    const launch = async (text: string, before = 0.05, after = 0.5): Promise<string> => {
      const files = { 'flags.yml': text };
      const experiment = { key: 'new-search', before, after, deployment: 'd02' };
      const result = await set(files, SIZE, { config: undefined, experiment });
      return 'patch' in result ? (await applyWithGit(files, result.patch))['flags.yml']! : result.outcome;
    };

    expect(await launch('flags:\n  newSearch: { rollout: 50 }\n')).toBe('flags:\n  newSearch: { rollout: 5 }\n');
    expect(await launch('new-search: 0.5\n')).toBe('new-search: 0.05\n');
    expect(await launch('new-search: 50%\n')).toBe('new-search: 5%\n');
    expect(await launch('new-search: { enabled: true }\n', 0, 1)).toBe('new-search: { enabled: false }\n');
    expect(await launch('new-search: { owner: web }\n')).toBe('abstain');
  });
});
