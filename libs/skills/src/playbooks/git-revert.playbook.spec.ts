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
