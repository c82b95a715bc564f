import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { skillsEvalCommand } from './eval.command.js';
import { skillsLintCommand } from './lint.command.js';
import { skillsMatchCommand } from './match.command.js';
import { skillsNewCommand } from './new.command.js';
import { skillsRunCommand } from './run.command.js';
import { WorkingTree } from './working.tree.js';

// Most of these load the whole catalogue, some several times.
jest.setTimeout(120_000);

const CATALOGUE = resolve('../../skills');
const LOOP = join(CATALOGUE, 'log-sampling/rules/log-call/match/loop.ts');

let dir: string;
let output: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'headroom-skills-')));
  output = '';
  const take = (text: unknown): boolean => Boolean((output += String(text)));
  jest.spyOn(process.stdout, 'write').mockImplementation(take);
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(dir, { recursive: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
}

function git(...words: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@team.example'];
  return execFileSync('git', [...who, ...words], { cwd: dir, env, encoding: 'utf8' });
}

/** A checkout in which the last commit wrote a log call into a loop. */
async function checkout(): Promise<string> {
  const text = await readFile(LOOP, 'utf8');
  git('init', '-q');
  await write('src/total.ts', text.replace(/^.*hot price.*\n/m, ''));
  await write('README.md', 'A shop.\n');
  git('add', '.');
  git('commit', '-q', '-m', 'Begin');
  await write('src/total.ts', text);
  git('commit', '-q', '-a', '-m', 'Tell each price');
  return text;
}

describe('headroom skills run', () => {
  const run = (more: object) =>
    skillsRunCommand('log-sampling', { subject: 'src/total.ts:total', repository: dir, ...more });

  it('prints the diff of the playbook for the commit that is to blame, and applies it when told to', async () => {
    const before = await checkout();

    expect(await run({ cause: 'HEAD' })).toBe(0);
    expect(output).toMatch(/^diff --git a\/src\/total.ts b\/src\/total.ts\n/);
    expect(await readFile(join(dir, 'src/total.ts'), 'utf8')).toBe(before);

    await run({ cause: 'HEAD', apply: true });
    const expected = await readFile(LOOP.replace('.ts', '.expected.ts'), 'utf8');
    expect(await readFile(join(dir, 'src/total.ts'), 'utf8')).toBe(expected);
  });

  it('works in a folder of a repository as in one of its own: the change to blame, the paths, the files that are changed', async () => {
    const text = await readFile(LOOP, 'utf8');
    git('init', '-q');
    await write('shop/src/total.ts', text.replace(/^.*hot price.*\n/m, ''));
    git('add', '.');
    git('commit', '-q', '-m', 'Begin');
    await write('shop/src/total.ts', text);
    git('commit', '-q', '-a', '-m', 'Tell each price');

    expect(await run({ repository: join(dir, 'shop'), cause: 'HEAD', apply: true, json: true })).toBe(0);

    expect(JSON.parse(output)).toMatchObject({ outcome: 'patch', files: ['src/total.ts'], applied: true });
    const expected = await readFile(LOOP.replace('.ts', '.expected.ts'), 'utf8');
    expect(await readFile(join(dir, 'shop/src/total.ts'), 'utf8')).toBe(expected);
  });

  it('says why nothing is done, as text and as data', async () => {
    await checkout();

    await write('README.md', 'A larger shop.\n');
    git('commit', '-q', '-a', '-m', 'Tell more');

    await run({ cause: 'HEAD' });
    expect(output).toMatch(/^log-sampling abstains \(no-log-call\): /);
    output = '';
    await run({ json: true });
    expect(JSON.parse(output)).toMatchObject({
      skill: 'log-sampling',
      outcome: 'abstain',
      reason: 'no-root-cause',
      applied: false,
    });
  });

  it('formats what it changes as the checkout does, also before its options are committed', async () => {
    const source = "export function words(text) {\n\treturn text.split(new RegExp('[ ,;]+'))\n}\n";
    git('init', '-q');
    await write('.prettierrc', 'useTabs: true\nsemi: false\nsingleQuote: true\nprintWidth: 41\n');
    await write('src/words.js', source);

    await skillsRunCommand('regex-precompile', { subject: 'src/words.js:words', repository: dir, apply: true });

    expect(await readFile(join(dir, 'src/words.js'), 'utf8')).toMatch(/= new RegExp\(\n\t'\[ ,;\]\+',\n\)\n/);
  });

  it('refuses what is no commit, no skill and no repository', async () => {
    await checkout();

    await expect(run({ cause: 'nowhere' })).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
    for (const repository of ['no', 'README.md']) {
      await expect(WorkingTree.open(join(dir, repository))).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
    }
    await expect(skillsRunCommand('nothing', { subject: 'a.ts:b', repository: dir })).rejects.toMatchObject({
      code: 'HEADROOM_SKILL_NOT_FOUND',
      message: expect.stringContaining('known are: '),
    });
  });

  it('reads no file outside of the checkout', async () => {
    await write('inside/a.ts', 'a');
    await write('secret.ts', 'secret');
    await symlink('../secret.ts', join(dir, 'inside/link.ts'));
    const tree = await WorkingTree.open(join(dir, 'inside'));

    expect(await tree.readFile('a.ts')).toBe('a');
    expect([await tree.readFile('../secret.ts'), await tree.readFile('link.ts')]).toEqual([undefined, undefined]);
  });

  it('takes no file for a text that is none, since a patch of it would not apply, and says of a patch that it does not', async () => {
    await writeFile(join(dir, 'latin.ts'), Buffer.from('// caf\xe9\n', 'latin1'));
    await write('a.ts', 'a\n');
    const tree = await WorkingTree.open(dir);

    expect(await tree.readFile('latin.ts')).toBeUndefined();
    const patch = 'diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-b\n+c\n';
    await expect(tree.apply(patch)).rejects.toMatchObject({ code: 'HEADROOM_PATCH_DOES_NOT_APPLY' });
    expect(await readFile(join(dir, 'a.ts'), 'utf8')).toBe('a\n');
  });
});

describe('headroom skills match', () => {
  const dossier = {
    finding: { kind: 'regression', subject: 'src/total.ts:total', regression: { chain: [], grownCallees: [] } },
    rootCause: { status: 'named', cause: { kind: 'commit' } },
    suspectDiff: '--- a/src/total.ts\n+++ b/src/total.ts\n@@ -1,0 +1 @@\n+  logger.info(price);\n',
  };
  const noClient = () => Promise.reject(new Error('no client is needed'));

  it('says for a file which skills come in what order, and why the others do not', async () => {
    await write('dossier.json', JSON.stringify(dossier));

    expect(await skillsMatchCommand(join(dir, 'dossier.json'), {}, noClient)).toBe(0);

    expect(output).toMatch(/^1\. [a-z-]+ \d/);
    expect(output).toMatch(/^\d+\. log-sampling \d+\.\d+\.\d+ \(playbook rules, model never\)$/m);
    expect(output).toMatch(/^- {2}regex-precompile: It serves offense; this case needs defense\.$/m);
  });

  it('asks for the dossier of a case, and looks for rules in a checkout', async () => {
    const skill = (name: string, applies: string) =>
      `---\nname: ${name}\ndescription: D.\nmetadata:\n  headroom.dev/kind: 'mitigation'\n  headroom.dev/side: 'defense'\n  headroom.dev/version: '1.0.0'\n  headroom.dev/applies-to: '${applies}'\n  headroom.dev/playbook: 'none'\n---\n`;
    await write('skills/finds/SKILL.md', skill('finds', 'rule:price'));
    await write(
      'skills/finds/rules/price.yml',
      'id: price\nlanguage: TypeScript\nmessage: M.\nrule: { pattern: price() }\n',
    );
    await write('skills/other/SKILL.md', skill('other', 'lang:go'));
    await write('src/total.ts', 'export function total() {\n  return price();\n}\n');
    const asked: string[] = [];
    const client = { dossier: (id: string) => Promise.resolve(asked.push(id) ? JSON.stringify(dossier) : '') };

    const options = { dir: join(dir, 'skills'), json: true };
    await skillsMatchCommand('reg-1', { ...options, repository: dir }, (work) => work(client));
    const found = JSON.parse(output) as object;
    output = '';
    await skillsMatchCommand('reg-1', options, (work) => work(client));

    expect(asked).toEqual(['reg-1', 'reg-1']);
    expect(found).toMatchObject({
      input: { facts: { cause: ['commit'], change: ['adds-call', 'adds-log-call'] } },
      matches: [{ name: 'finds', playbook: 'none', model: 'only' }],
      mismatches: [{ name: 'other', reason: 'predicate-not-met' }],
    });
    expect(JSON.parse(output)).toMatchObject({ matches: [] });
  });

  it("knows the skills of the configuration's folders beside those of the installation", async () => {
    const own = await readFile(join(CATALOGUE, 'log-sampling/SKILL.md'), 'utf8');
    await cp(join(CATALOGUE, 'log-sampling'), join(dir, 'ours/log-sampling'), { recursive: true });
    await write('ours/log-sampling/SKILL.md', own.replace(/version: '.*'/, "version: '99.0.0'"));
    const config = (overrides: string) =>
      write(
        'headroom.config.yaml',
        `version: 1\nservices: {}\nskills: { folders: [{ path: ours, overrides: [${overrides}] }] }\n`,
      );
    await write('dossier.json', JSON.stringify(dossier));
    const match = () =>
      skillsMatchCommand(join(dir, 'dossier.json'), { config: join(dir, 'headroom.config.yaml') }, noClient);

    await config('');
    await match();
    expect(output).not.toMatch(/log-sampling 99\.0\.0/);
    expect(output).toMatch(/^- {2}log-sampling is hidden: another folder holds a skill of the same name: .*$/m);
    output = '';
    await config('log-sampling');
    await match();
    expect(output).toMatch(/log-sampling 99\.0\.0 \(playbook rules/);
  });

  it.each([
    '',
    'null',
    '{}',
    JSON.stringify({ ...dossier, suspectDiff: 7 }),
    JSON.stringify({ ...dossier, rootCause: { status: 'named', cause: 5 } }),
    JSON.stringify({ ...dossier, finding: { ...dossier.finding, subject: 'total' } }),
    JSON.stringify({ ...dossier, finding: { ...dossier.finding, regression: { qualityFlags: 3 } } }),
  ])('says what is no dossier: %s', async (text) => {
    await write('dossier.json', text);

    await expect(skillsMatchCommand(join(dir, 'dossier.json'), {}, noClient)).rejects.toMatchObject({
      code: 'HEADROOM_USAGE',
      message: expect.stringContaining('"headroom dossier <case> --json" prints one'),
    });
  });

  it('says of what is no case that it cannot be read', async () => {
    for (const path of [dir, join(dir, 'nowhere.json')]) {
      await expect(skillsMatchCommand(path, {}, noClient)).rejects.toMatchObject({
        code: 'HEADROOM_INPUT_NOT_FOUND',
        message: expect.stringContaining(path),
      });
    }
  });
});

describe('headroom skills eval', () => {
  it('fails for a case that fails, and writes grading, timing and benchmark', async () => {
    const skill = join(dir, 'skills/regex-precompile');
    await cp(join(CATALOGUE, 'regex-precompile'), skill, { recursive: true });
    const expected = join(skill, 'rules/regex-construction/match/per-item.expected.ts');
    await writeFile(expected, `${await readFile(expected, 'utf8')}// more\n`);
    const out = join(dir, 'out');
    const read = async (path: string) =>
      JSON.parse(await readFile(join(out, 'regex-precompile', path), 'utf8')) as unknown;

    expect(await skillsEvalCommand([], { dir: join(dir, 'skills'), out })).toBe(1);

    expect(output).toMatch(
      /^ {2}per-item \(playbook\): src\/words.ts becomes what is expected. line \d+: expected "\/\/ more"/m,
    );
    expect(output).toMatch(/^regex-precompile \S+: \d+ fixtures, 1 wrong$/m);
    expect(output).toMatch(/^ {2}rules\/regex-construction\/match\/per-item\.ts: line \d+: expected "\/\/ more"/m);
    expect(output).toMatch(/^\d+ cases: \d+ passed, 1 failed, 0 left to a model; 0 problems$/m);
    expect(await read('per-item/playbook/grading.json')).toMatchObject({ summary: { failed: 1 } });
    expect(await read('stateful/playbook/timing.json')).toMatchObject({ total_tokens: 0 });
    expect(await read('benchmark.json')).toMatchObject({
      run_summary: { playbook: { pass_rate: { mean: expect.any(Number) } } },
    });
  });

  it('fails for a skill that cannot be used', async () => {
    await write('skills/broken/SKILL.md', 'no header');

    expect(await skillsEvalCommand([], { dir: join(dir, 'skills'), json: true })).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ summary: { cases: 0, problems: 1 } });
  });
});

describe('headroom skills new and lint', () => {
  const options = () => ({ dir: join(dir, 'skills'), kind: 'opportunity', playbook: 'none', language: 'go' });

  it('refuse a place that is none, in one line', async () => {
    await write('file', 'a');
    await mkdir(join(dir, 'empty'));

    await expect(skillsNewCommand('one', { ...options(), dir: join(dir, 'file') })).rejects.toMatchObject({
      code: 'HEADROOM_USAGE',
      message: expect.stringMatching(/^Nothing can be written into .* Name another folder with --dir\.$/),
    });
    await expect(skillsLintCommand({ dir: join(dir, 'empty') })).rejects.toMatchObject({
      code: 'HEADROOM_SKILL_NOT_FOUND',
      message: expect.stringContaining('a skill is a folder with a file SKILL.md'),
    });
    await expect(skillsEvalCommand([], { dir: join(dir, 'empty') })).rejects.toMatchObject({
      code: 'HEADROOM_SKILL_NOT_FOUND',
    });
    await skillsNewCommand('one', options());
    const out = join(dir, 'file/out');
    await expect(skillsEvalCommand([], { dir: join(dir, 'skills'), out })).rejects.toMatchObject({
      code: 'HEADROOM_USAGE',
      message: expect.stringContaining('Name another folder with --out.'),
    });
  });

  it('tell every problem in one line that names its file', async () => {
    await skillsNewCommand('one', { ...options(), playbook: 'rules' });
    await write('skills/one/rules/one.yml', 'id: a: b\n');
    await skillsNewCommand('two', { ...options(), playbook: 'rules' });
    await write('skills/two/evals/evals.json', '{');
    output = '';

    expect(await skillsLintCommand({ dir: join(dir, 'skills') })).toBe(1);

    const lines = output.trimEnd().split('\n');
    expect(lines.at(-1)).toBe(`2 skills, ${lines.length - 1} problems`);
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^(?:one|two): (?:SKILL\.md|rules\/|references\/|evals\/)\S*: ?\S/);
  });

  it('begin a skill and name what is missing, the same twice', async () => {
    const options = { dir: join(dir, 'skills'), kind: 'mitigation', playbook: 'none', language: 'go', json: true };

    expect(await skillsNewCommand('batch-queries', options)).toBe(0);
    const { files, missing } = JSON.parse(output) as { files: string[]; missing: string[] };
    output = '';
    expect(await skillsLintCommand({ dir: options.dir, json: true })).toBe(1);
    const linted = JSON.parse(output) as { problems: { problem: string }[] };

    expect(files).toContain('batch-queries/SKILL.md');
    expect(missing.length).toBeGreaterThan(5);
    expect(linted).toMatchObject({ skills: 1, versions: { note: expect.stringMatching(/no git repository/) } });
    expect(linted.problems.map(({ problem }) => problem)).toEqual(missing);
    await expect(skillsNewCommand('batch-queries', options)).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
    await expect(skillsNewCommand('other', { ...options, kind: 'magic' })).rejects.toThrow(
      /one of mitigation, opportunity/,
    );
  });

  it('find nothing wrong with the catalogue of the installation', async () => {
    const code = await skillsLintCommand({ dir: CATALOGUE });

    expect(output).toMatch(/^\d+ skills, 0 problems\n$/);
    expect(code).toBe(0);
  });
});
