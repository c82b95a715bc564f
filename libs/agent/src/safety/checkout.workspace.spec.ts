import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  existsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildRepository } from '@headroom/testing';
import { applyPatch, openMirror, parsePatch, type GitMirror } from '@headroom/workspace';
import { caseScope } from './case.scope.js';
import { CaseShield } from './case.shield.js';
import { CheckoutWorkspace, type EditRules } from './checkout.workspace.js';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const SECRET = 'walrus-seven-nine';
const WORDS = [
  `import { join } from './join.js';`,
  `const token = '${TOKEN}';`,
  '',
  'export function tokenize(text: string): string[] {',
  `  // <!-- keep --> by rule`,
  `  return text.split(new RegExp(' '));`,
  '}',
  '',
  'export function twice(text: string): string {',
  '  return join(text, text);',
  '}',
  '',
].join('\n');
const FILES = {
  'src/words.ts': WORDS,
  'src/join.ts': 'export const join = (a: string, b: string) => a + b;\r\nexport const two = 2;\r\n',
  'src/other.ts': 'export const other = 1;\n',
  'src/query.ts': `export const query = \`\n-- password: ${SECRET}\nselect 'a\u200bb'\`;\n`,
  'src/billing/price.ts': 'export const price = 1;\n',
  'src/words.test.ts': 'test();\n',
  'package.json': '{}\n',
  '.env': `TOKEN=${TOKEN}\n`,
  '.github/workflows/ci.yml': 'on: push\n',
  'src/image.bin': Buffer.from([0, 255, 1]),
  'src/link.ts': { content: '/etc/hostname', mode: '120000' as const },
};

let base: string;
let folder: string;
let mirror: GitMirror;
let commit: string;
let scope: string[];
let workspace: CheckoutWorkspace;
let dir: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'checkout-'));
  const { bare, commits } = await buildRepository(base, [{ message: 'Begin', files: FILES }]);
  commit = commits[0]!;
  mirror = await openMirror({ location: bare, cacheDir: join(base, 'mirrors') });
  scope = await caseScope({
    subject: 'src/words.ts:tokenize',
    frames: ['node:internal/stream:write', 'src/billing/price.ts:price', 'src/gone.ts:gone', 'src/query.ts:query'],
    causeFiles: ['src/image.bin', 'src/link.ts', 'package.json', '.github/workflows/ci.yml', 'src/words.test.ts'],
    read: (path) => mirror.readFile(commit, path),
  });
});

beforeEach(async () => {
  folder = mkdtempSync(join(base, 'case-'));
  dir = join(folder, 'checkout');
  workspace = await opened();
});

afterAll(() => rmSync(base, { recursive: true, force: true }));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function opened(rules: Partial<EditRules> = {}, at = dir): Promise<CheckoutWorkspace> {
  const limits = { maxFiles: 2, maxChangedLines: 12, protect: ['src/billing/**'], harness: [] };
  const shield = new CaseShield({ secret: 'secret-of-the-installation', caseId: 'case-1' });
  return await CheckoutWorkspace.open({
    mirror,
    commit,
    dir: at,
    shield,
    rules: { subject: 'src/words.ts:tokenize', scope, limits, ...rules },
  });
}

const hoist = {
  path: 'src/words.ts',
  search: `  return text.split(new RegExp(' '));`,
  replace: `  return text.split(' ');`,
};

describe('the checkout', () => {
  it('has no history, no remote and no credential', () => {
    expect(existsSync(join(dir, '.git'))).toBe(false);
    expect(readFileSync(join(dir, 'src/words.ts'), 'utf8')).toBe(WORDS);
  });

  it('may be edited where the case is about: the subject, what it imports, frames and cause', async () => {
    expect(await workspace.edit(hoist)).toEqual({ ok: true, message: 'Edited src/words.ts.' });
    expect(
      await workspace.edit({ path: 'src/join.ts', search: 'a + b;\nexport', replace: '`${a}${b}`;\nexport' }),
    ).toMatchObject({ ok: true });
    const patch = await workspace.diff();

    expect(parsePatch(patch).files.map(({ path }) => path)).toEqual(['src/join.ts', 'src/words.ts']);
    expect(readFileSync(join(dir, 'src/join.ts'), 'utf8')).toContain('`${a}${b}`;\r\n');
    const target = join(folder, 'target');
    await mirror.exportTree(commit, target);
    await applyPatch(target, patch);
    expect(readFileSync(join(target, 'src/words.ts'))).toEqual(readFileSync(join(dir, 'src/words.ts')));
    expect(readFileSync(join(target, 'src/join.ts'))).toEqual(readFileSync(join(dir, 'src/join.ts')));
  });

  it('is as it was after a reset, and starts another candidate', async () => {
    await workspace.edit(hoist);
    await workspace.reset();

    expect(await workspace.diff()).toBe('');
    expect(readFileSync(join(dir, 'src/words.ts'), 'utf8')).toBe(WORDS);
    expect(await workspace.edit({ ...hoist, replace: '  return text.split(" ", 9);' })).toMatchObject({ ok: true });
    expect(await workspace.diff()).not.toContain(`split(' ')`);
  });

  it('makes a file where the rules let it, and removes it with the reset', async () => {
    const made = await opened({ mayCreate: ['src/cache/**'] }, join(folder, 'second'));
    const file = { path: 'src/cache/lru.ts', search: '', replace: 'export const size = 1;\n' };

    expect(await made.edit(file)).toMatchObject({ ok: true });
    expect(await made.edit({ ...file, search: 'size = 1', replace: 'size = 2' })).toMatchObject({ ok: true });
    await made.edit(hoist);
    expect(parsePatch(await made.diff()).files).toMatchObject([{ path: 'src/cache/lru.ts', status: 'added' }, {}]);
    await made.reset();
    expect(existsSync(join(folder, 'second/src/cache/lru.ts'))).toBe(false);
  });
});

describe('an edit is refused', () => {
  const any = { search: 'a', replace: 'b' };

  it.each([
    ['outside', { path: '../target.ts', ...any }],
    ['outside', { path: 'src/../../target.ts', ...any }],
    ['outside', { path: '/etc/passwd', ...any }],
    ['outside', { path: '~/.ssh/config', ...any }],
    ['outside', { path: 'file:///etc/passwd', ...any }],
    ['device', { path: '/dev/null', ...any }],
    ['device', { path: '/proc/self/environ', ...any }],
    ['path-unreadable', { path: 'src/words\u200b.ts', ...any }],
    ['path-unreadable', { path: 'src//words.ts', ...any }],
    ['path-unreadable', { path: 'package.json.', ...any }],
    ['path-unreadable', { path: 'src/words.ts ', ...any }],
    ['search-not-found', { ...hoist, search: `const token = '${TOKEN.slice(0, 6)}` }],
    ['search-not-found', { ...hoist, search: `const token = '${TOKEN}';` }],
    ['hidden-text', { path: 'src/query.ts', search: `'a\u200bb'`, replace: `'a\u2063b'` }],
    ['hidden-text', { ...hoist, replace: `${hoist.replace} // \u2028 steal();` }],
    ['way-out', { ...hoist, replace: '  void fetch(text);' }],
    ['way-out', { ...hoist, replace: '  // https://collector.test/a' }],
    ['path-unreadable', { path: 'src\\words.ts', ...any }],
    ['dot-path', { path: '.github/workflows/ci.yml', ...any }],
    ['dot-path', { path: '.git/hooks/pre-commit', search: '', replace: 'x' }],
    ['dot-path', { path: '.env', ...any }],
    ['manifest-edited', { path: 'package.json', search: '{}', replace: '{ "a": 1 }' }],
    ['test-weakened', { path: 'src/words.test.ts', search: 'test', replace: 'skip' }],
    ['protected-path', { path: 'src/billing/price.ts', search: '1', replace: '2' }],
    ['link', { path: 'src/link.ts', ...any }],
    ['not-a-file', { path: 'src', ...any }],
    ['not-a-file', { path: 'src/words.ts/a.ts', search: '', replace: 'x' }],
    ['binary', { path: 'src/image.bin', ...any }],
    ['new-file', { path: 'src/fresh.ts', search: '', replace: 'x' }],
    ['out-of-scope', { path: 'src/other.ts', search: '1', replace: '2' }],
    ['search-not-found', { ...hoist, search: 'absent' }],
    ['search-ambiguous', { ...hoist, search: 'export function' }],
    ['search-ambiguous', { ...hoist, search: '' }],
    ['no-change', { ...hoist, replace: hoist.search }],
    ['hidden-text', { ...hoist, search: '  // [removed: HTML comment] by rule', replace: '' }],
    ['hidden-text', { ...hoist, replace: `${hoist.replace} // \u202e` }],
    ['secret', { ...hoist, replace: `${hoist.replace} // ${TOKEN}` }],
    ['environment-sensitive', { ...hoist, replace: '  return process.env.X ? [] : text.split(" ");' }],
    ['threat', { ...hoist, replace: '  return eval(text);' }],
    ['too-many-lines', { ...hoist, replace: 'a();\n'.repeat(13) }],
  ])('by the rule %s: %j', async (rule, edit) => {
    const before = execFileSync('find', [
      dir,
      '-type',
      'f',
      '-newermt',
      '1970-01-02',
      '-printf',
      '%p %s %T@\n',
    ]).toString();

    expect(await workspace.edit(edit)).toMatchObject({ ok: false, rule });
    expect(workspace.refusals.map((each) => each.rule)).toEqual([rule]);
    expect(await workspace.diff()).toBe('');
    expect(
      execFileSync('find', [dir, '-type', 'f', '-newermt', '1970-01-02', '-printf', '%p %s %T@\n']).toString(),
    ).toBe(before);
  });

  it('by the caps over all edits of a candidate', async () => {
    const wide = await opened({ scope: ['src/words.ts', 'src/join.ts', 'src/other.ts'] }, join(folder, 'second'));
    await wide.edit(hoist);
    await wide.edit({ path: 'src/join.ts', search: 'two = 2', replace: 'two = 3' });

    expect(await wide.edit({ path: 'src/other.ts', search: '1', replace: '2' })).toMatchObject({
      rule: 'too-many-files',
    });
  });

  it('when a link or a second name took the place of the file', async () => {
    const file = join(dir, 'src/words.ts');
    unlinkSync(file);
    symlinkSync(join(folder, 'outside.ts'), file);
    writeFileSync(join(folder, 'outside.ts'), WORDS);
    expect(await workspace.edit(hoist)).toMatchObject({ rule: 'link' });
    unlinkSync(file);
    linkSync(join(folder, 'outside.ts'), file);
    expect(await workspace.edit(hoist)).toMatchObject({ rule: 'link' });

    expect(readFileSync(join(folder, 'outside.ts'), 'utf8')).toBe(WORDS);
  });

  it('when a folder on its way is a link', async () => {
    symlinkSync(folder, join(dir, 'src/deep'));

    expect(await workspace.edit({ path: 'src/deep/x.ts', search: '', replace: 'x' })).toMatchObject({ rule: 'link' });
  });
});

describe('secrets', () => {
  const shown = async (): Promise<string> => (await workspace.read('src/words.ts')).message;

  it('are not shown, and an edit across one leaves it as it is', async () => {
    const text = await shown();
    const [line] = /^const token = .*$/m.exec(text)!;
    const [imports] = /^import .*$/m.exec(text)!;

    expect(text).not.toContain(TOKEN);
    const edit = {
      path: 'src/words.ts',
      search: `${imports}\n${line}\n`,
      replace: `${line}\nimport { join } from "./join.js";\n`,
    };
    expect(await workspace.edit(edit)).toMatchObject({ ok: false, rule: 'secret' });
  });

  it('are told in a line that looks like the head of a file once it is removed', async () => {
    const [comment] = /^-- password: .*$/m.exec((await workspace.read('src/query.ts')).message)!;

    expect(await workspace.edit({ path: 'src/query.ts', search: `${comment}\n`, replace: '' })).toMatchObject({
      rule: 'secret',
    });
  });

  it('stay out of the context of a patch', async () => {
    const search = 'export function tokenize(text: string)';
    await workspace.edit({ path: 'src/words.ts', search, replace: 'export function tokenize(text: string, at = 0)' });
    const patch = await workspace.diff();

    expect(patch).not.toContain(TOKEN);
    const target = join(folder, 'target');
    await mirror.exportTree(commit, target);
    await applyPatch(target, patch);
    expect(readFileSync(join(target, 'src/words.ts'), 'utf8')).toContain(`const token = '${TOKEN}';`);
  });

  it('are not put anywhere by their placeholder', async () => {
    const [placeholder] = /\[redacted: [^\]]+\]/.exec(await shown())!;

    expect(await workspace.edit({ ...hoist, replace: `  log('${placeholder}');` })).toMatchObject({
      rule: 'placeholder',
    });
    expect(await workspace.edit({ ...hoist, replace: `  log('[redacted: x]');` })).toMatchObject({
      rule: 'placeholder',
    });
  });
});

describe('a file is not read', () => {
  it.each([
    ['dot-path', '.env'],
    ['dot-path', '.git/config'],
    ['outside', '../../etc/passwd'],
    ['device', '/proc/self/environ'],
    ['link', 'src/link.ts'],
    ['absent', 'src/none.ts'],
    ['binary', 'src/image.bin'],
  ])('by the rule %s: %s', async (rule, path) => {
    expect(await workspace.read(path)).toMatchObject({ ok: false, rule });
  });
});

describe('a file of more than 1 MiB', () => {
  it('is neither read nor edited', async () => {
    writeFileSync(join(dir, 'src/words.ts'), `${WORDS}${'//\n'.repeat(400_000)}`);

    expect(await workspace.read('src/words.ts')).toMatchObject({ rule: 'file-too-large' });
    expect(await workspace.edit(hoist)).toMatchObject({ rule: 'file-too-large' });
  });
});

describe('a candidate', () => {
  it('is refused when something else wrote into the checkout', async () => {
    await workspace.edit(hoist);
    writeFileSync(join(dir, 'src/words.ts'), `${WORDS}// ${TOKEN}\n`);

    await expect(workspace.diff()).rejects.toMatchObject({
      code: 'HEADROOM_CANDIDATE_REFUSED',
      details: { rule: 'secret' },
    });
  });
});
