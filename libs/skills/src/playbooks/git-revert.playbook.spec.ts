import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findWords, openMirror, revertCommit } from '@headroom/workspace';
import { applyWithGit, inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { gitRevertPlaybook } from './git-revert.playbook.js';
import type { FindingFigures, PlaybookInput, PlaybookResult } from './playbook.js';

type Files = Readonly<Record<string, string | null>>;

const FIGURES: FindingFigures = {
  metric: 'cpu-seconds-per-unit',
  unitOfWork: 'request',
  before: 1,
  after: 2,
  delta: 1,
  deltaOfService: 0.3,
  deployment: 'd02',
};
const PRICE = 'export function price(net: number): number {\n  return net * 2;\n}\n';
const SLOW = PRICE.replace('net * 2', 'slow(net)');
const HELPER =
  '\nexport function slow(net: number): number {\n  let sum = 0;\n  while (sum < net * 2) sum++;\n  return sum;\n}\n';

/** Runs the playbook on a history whose second commit is the cause. */
async function reverted(
  history: readonly Files[],
  input: Partial<PlaybookInput> = {},
): Promise<{ result: PlaybookResult; files: Record<string, string> }> {
  return inFolder(async (folder) => {
    const dir = join(folder, 'work');
    mkdirSync(dir);
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=Author', '-c', 'user.email=author@team.example', ...words], {
        cwd: dir,
        encoding: 'utf8',
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
      });
    git('init', '--quiet', '--initial-branch=main');
    const files: Record<string, string> = {};
    for (const [at, changes] of history.entries()) {
      for (const [path, text] of Object.entries(changes)) {
        if (text === null) {
          rmSync(join(dir, path));
          delete files[path];
        } else {
          writeFiles(dir, { [path]: text });
          files[path] = text;
        }
      }
      git('add', '--all');
      git('commit', '--quiet', '--message', `Commit ${at}`);
    }
    const commit = git('rev-parse', `HEAD~${history.length - 2}`).trim();
    const mirror = await openMirror({ location: dir, cacheDir: join(folder, 'mirrors') });
    const result = await gitRevertPlaybook.conclude(
      {
        subject: 'src/price.ts:price',
        readFile: (path) => files[path],
        listFiles: () => Object.keys(files),
        suspect: { commit, written: [] },
        figures: FIGURES,
        reverting: {
          revert: (one) => revertCommit(mirror, { base: 'main', commit: one }),
          findWords: (tree, words) => findWords(mirror, { tree, words }),
        },
        ...input,
      },
      { name: 'revert-root-cause', allowedEffects: [] },
    );
    return { result, files };
  });
}

describe('the playbook that takes a commit back', () => {
  it('gives the state from before, beside what came later', async () => {
    const { result, files } = await reverted([
      { 'src/price.ts': PRICE, 'src/other.ts': 'export const a = 1;\n' },
      { 'src/price.ts': SLOW + HELPER },
      { 'src/other.ts': 'export const a = 2;\n', 'src/slowly.ts': 'export const slowly = 1; // slow\n' },
    ]);

    expect(result).toMatchObject({ outcome: 'revert', files: ['src/price.ts'] });
    const after = await applyWithGit(files, 'patch' in result ? result.patch : '');
    expect(after).toEqual({ ...files, 'src/price.ts': PRICE });
  });

  it.each<[string, Files]>([
    ['another file', { 'src/sum.ts': "import { slow } from './price.js';\nexport const sum = slow(3);\n" }],
    ['the same file', { 'src/price.ts': `export const three = slow(3);\n${SLOW}${HELPER}` }],
  ])('refuses what code written since needs, in %s', async (_where, later) => {
    const { result } = await reverted([{ 'src/price.ts': PRICE }, { 'src/price.ts': SLOW + HELPER }, later]);

    expect(result).toMatchObject({ outcome: 'abstain', reason: 'later-code-depends' });
    expect('message' in result && result.message).toMatch(/slow at src\/(?:sum|price)\.ts:\d/);
  });

  it('refuses to take a file away that is imported since, and names of other code are no uses of it', async () => {
    const lib = { 'lib/round.ts': 'export default 1;\n', 'src/price.ts': SLOW + HELPER };
    const uses = { 'src/sum.ts': "import step from '../lib/round.js';\nexport const sum = step;\n" };
    const own = { 'test/unlike.ts': 'const slow = 1;\nexport const more = slow;\n' };

    const needed = await reverted([{ 'src/price.ts': PRICE }, lib, uses]);
    const unlike = await reverted([{ 'src/price.ts': PRICE }, lib, own]);

    expect(needed.result).toMatchObject({ outcome: 'abstain', reason: 'later-code-depends' });
    expect(unlike.result).toMatchObject({ outcome: 'revert' });
  });

  const ROUND = 'export function round(x: number): number {\n  return Math.round(x);\n}\n';
  const GO = 'package price\n\nfunc Of(net int) int {\n\treturn net * 2\n}\n';
  const SLOW_GO = `${GO}\nfunc Slow(net int) int {\n\treturn net + net\n}\n`;
  const GO_USE = 'package main\n\nimport "shop.example/pkg/price"\n\nvar three = price.Slow(3)\n';

  it.each<[string, readonly Files[]]>([
    [
      'a file that the commit moved is imported from its new place',
      [
        { 'src/price.ts': PRICE, 'lib/round.ts': ROUND },
        { 'src/price.ts': SLOW + HELPER, 'lib/round.ts': null, 'lib/rounding.ts': ROUND },
        { 'src/sum.ts': "import { round } from '../lib/rounding.js';\nexport const sum = round(3);\n" },
      ],
    ],
    [
      'a file is imported from the folder that the commit moved it to',
      [
        { 'src/price.ts': PRICE, 'lib/round.ts': ROUND },
        { 'src/price.ts': SLOW + HELPER, 'lib/round.ts': null, 'shared/round.ts': ROUND },
        { 'src/sum.ts': "import { round } from '../shared/round.js';\nexport const sum = round(3);\n" },
      ],
    ],
    [
      'a file with a blank in its name is imported',
      [
        { 'src/price.ts': PRICE },
        { 'src/price.ts': SLOW + HELPER, 'lib/round ü.ts': 'export default 1;\n' },
        { 'src/sum.ts': "import step from '../lib/round ü.js';\nexport const sum = step;\n" },
      ],
    ],
    [
      'a name is imported by the folder of its index',
      [
        { 'src/price.ts': PRICE, 'lib/tax/index.ts': 'export const one = 1;\n' },
        { 'src/price.ts': SLOW + HELPER, 'lib/tax/index.ts': `export const one = 1;\n${ROUND}` },
        { 'src/sum.ts': "import { round } from '../lib/tax';\nexport const sum = round(3);\n" },
      ],
    ],
    [
      'a name is imported from a module that passes it on',
      [
        {
          'src/price.ts': PRICE,
          'lib/all.ts': "export * from './tax/rate.js';\n",
          'lib/tax/rate.ts': 'export const a = 1;\n',
        },
        { 'src/price.ts': SLOW + HELPER, 'lib/tax/rate.ts': `export const a = 1;\n${ROUND}` },
        { 'src/sum.ts': "import { round } from '../lib/all.js';\nexport const sum = round(3);\n" },
      ],
    ],
    [
      'another package of Go uses a name',
      [
        { 'src/price.ts': PRICE, 'pkg/price/of.go': GO },
        { 'src/price.ts': SLOW + HELPER, 'pkg/price/of.go': SLOW_GO },
        { 'cmd/main.go': GO_USE },
      ],
    ],
    [
      'another package of Go imports one that the commit brought',
      [
        { 'src/price.ts': PRICE },
        { 'src/price.ts': SLOW + HELPER, 'pkg/price/of.go': GO },
        { 'cmd/main.go': 'package main\n\nimport (\n\t"fmt"\n\n\t_ "shop.example/pkg/price"\n)\n' },
      ],
    ],
    [
      'a module of Python is imported by its bare name',
      [
        { 'src/price.ts': PRICE },
        { 'src/price.ts': SLOW + HELPER, 'rounding.py': 'HALF = 2\n' },
        { 'sum.py': 'import rounding\n\nTHREE = rounding.HALF + 1\n' },
      ],
    ],
  ])('refuses where %s', async (_why, history) => {
    expect((await reverted(history)).result).toMatchObject({ outcome: 'abstain', reason: 'later-code-depends' });
  });

  it('takes moves back, and names both places; a package of Go that stays may be imported', async () => {
    const { result } = await reverted([
      { 'src/price.ts': PRICE, 'lib/round.ts': ROUND, 'pkg/price/of.go': GO },
      {
        'src/price.ts': SLOW + HELPER,
        'lib/round.ts': null,
        'lib/rounding.ts': ROUND,
        'pkg/price/more.go': 'package price\n',
      },
      { 'cmd/main.go': GO_USE.replace('Slow', 'Of'), 'src/sum.ts': "import { price } from './price.js';\nprice(1);\n" },
    ]);

    expect(result).toMatchObject({
      outcome: 'revert',
      files: ['lib/rounding.ts', 'lib/round.ts', 'pkg/price/more.go', 'src/price.ts'],
    });
  });

  it('refuses a variable that later lines of the same function use', async () => {
    const body = (...lines: string[]): string =>
      `export function f(x: number): number {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
    const middle = ['let a = x;', 'a += 1;', 'a += 2;', 'a += 3;', 'a += 4;', 'a += 5;'];
    const { result } = await reverted([
      { 'src/price.ts': body(...middle, 'return a;') },
      { 'src/price.ts': body('const rate = Math.sqrt(x);', ...middle, 'return a;') },
      { 'src/price.ts': body('const rate = Math.sqrt(x);', ...middle, 'return a * rate;') },
    ]);

    expect(result).toMatchObject({ outcome: 'abstain', reason: 'later-code-depends' });
  });

  it.each<[string, readonly Files[], Partial<PlaybookInput>]>([
    [
      'revert-conflicts',
      [{ 'src/price.ts': PRICE }, { 'src/price.ts': SLOW }, { 'src/price.ts': PRICE.replace('2', '3') }],
      {},
    ],
    ['already-reverted', [{ 'src/price.ts': PRICE }, { 'src/price.ts': SLOW }, { 'src/price.ts': PRICE }], {}],
    [
      'touches-lasting-state',
      [{ 'src/price.ts': PRICE }, { 'src/price.ts': SLOW, 'api/price.proto': 'message P {}\n' }],
      {},
    ],
    [
      'policy-refuses',
      [{ 'src/price.ts': PRICE }, { 'src/price.ts': SLOW }],
      { refusals: () => ['It has too many lines.'] },
    ],
    [
      'not-severe',
      [{ 'src/price.ts': PRICE }, { 'src/price.ts': SLOW }],
      { figures: { ...FIGURES, deltaOfService: 0.05 } },
    ],
  ])('abstains with %s', async (reason, history, input) => {
    expect((await reverted(history, input)).result).toMatchObject({ outcome: 'abstain', reason });
  });

  it('is about commits only', async () => {
    const conclude = (input: Partial<PlaybookInput>) =>
      gitRevertPlaybook.conclude(
        { subject: 'a.ts:f', readFile: () => undefined, ...input },
        { name: 'revert-root-cause', allowedEffects: [] },
      );

    expect(await conclude({ cause: 'config' })).toMatchObject({ reason: 'cause-is-no-commit' });
    expect(await conclude({ cause: 'none' })).toMatchObject({ reason: 'no-root-cause' });
  });
});
