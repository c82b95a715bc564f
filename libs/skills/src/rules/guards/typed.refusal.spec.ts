import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { PlaybookAbstention, PlaybookRewrite } from '../../playbooks/playbook.js';
import { parseRule } from '../rule.file.js';
import { rewriteByRules } from '../rules.playbook.js';

const FIRST = `
id: first
language: TypeScript
message: All are looked at for the first one.
rule: { pattern: '$XS.filter($TEST)[0]' }
fix: $XS.find($TEST)
metadata:
  guards:
    - type: { XS: array }
`;

const rule = (guard: string): string => FIRST.replace('type: { XS: array }', guard);
const SUBJECT = 'src/a.ts';

async function run(
  files: Readonly<Record<string, string>>,
  { of = FIRST, path = SUBJECT, listed = true } = {},
): Promise<PlaybookRewrite | PlaybookAbstention> {
  return rewriteByRules(
    { rules: [parseRule(of, 'first')], dir: '' },
    {
      subject: `${path}:run`,
      readFile: (each) => files[each],
      ...(listed && { listFiles: () => Object.keys(files) }),
    },
  );
}

function outcomeOf(result: PlaybookRewrite | PlaybookAbstention): string {
  return 'outcome' in result
    ? result.reason
    : result.files.flatMap(({ edits }) => edits.map(({ text }) => text)).join();
}

const ORDER =
  'export interface Order { items: { id: string }[]; tags?: string[]; known: Map<string, number>; name: string; byName: Record<string, string[]> }\n';
const uses = (expression: string, imports = "import type { Order } from './order.js';"): string =>
  `${imports}\nexport function run(order: Order) { return ${expression}.filter((one) => one !== order)[0]; }\n`;

describe('types of the project', () => {
  it('are those of the files that a file imports', async () => {
    expect(outcomeOf(await run({ [SUBJECT]: uses('order.items'), 'src/order.ts': ORDER }))).toContain(
      'order.items.find',
    );
    expect(outcomeOf(await run({ [SUBJECT]: uses('order.items') }))).toBe('type-unknown');
  });

  it('are found without a list of files as well', async () => {
    const files = { [SUBJECT]: uses('order.items'), 'src/order.ts': ORDER };
    expect(outcomeOf(await run(files, { listed: false }))).toContain('order.items.find');
  });

  it('are inferred through calls, further files and the paths of the configuration', async () => {
    const imports = "import { load, type Order } from '@app/load';";
    const files = {
      [SUBJECT]: uses('load()', imports),
      'src/deep/load.ts':
        "import type { Order } from '../order.js';\nexport type { Order };\nexport const load = () => all;\nconst all: Order[] = [];\n",
      'src/order.ts': ORDER,
      'tsconfig.base.json': '{ "compilerOptions": { "paths": { "@app/*": ["./src/deep/*"] } } } // shared',
      'tsconfig.json': '{ "extends": "./tsconfig.base.json" }',
    };
    expect(outcomeOf(await run(files))).toContain('load().find');
    expect(outcomeOf(await run({ ...files, 'tsconfig.json': '{}' }))).toBe('type-unknown');
  });

  it.each([
    ['what may be undefined', 'order.tags'],
    ['what an index may not find', 'order.byName[order.name]'],
    ['what is another collection', 'order.known'],
    ['what a package brings that is not in the repository', "(order as import('lib').Any).list"],
  ])('do not call an array %s', async (_what, expression) => {
    expect(outcomeOf(await run({ [SUBJECT]: uses(expression), 'src/order.ts': ORDER }))).toBe('type-unknown');
  });

  it('judge nulls strictly, whatever the project allows', async () => {
    const files = {
      [SUBJECT]: uses('order.tags'),
      'src/order.ts': ORDER,
      'tsconfig.json': '{ "compilerOptions": { "strict": false, "strictNullChecks": false } }',
    };
    expect(outcomeOf(await run(files))).toBe('type-unknown');
  });

  it('do not call what only has the name of a collection one', async () => {
    const maps = rule('type: { XS: map }');
    const own = 'export class Map { filter(_: unknown) { return []; } }\nexport interface Order { known: Map }\n';
    expect(outcomeOf(await run({ [SUBJECT]: uses('order.known'), 'src/order.ts': own }, { of: maps }))).toBe(
      'type-unknown',
    );
    expect(outcomeOf(await run({ [SUBJECT]: uses('order.known'), 'src/order.ts': ORDER }, { of: maps }))).toContain(
      'find',
    );
  });

  it('say nothing of a property that runs code when it is read', async () => {
    const read =
      'export class Order { get items(): string[] { return this.#items.splice(0); } readonly #items = ["a"]; }\n';
    const held = 'export class Order { readonly items: string[] = ["a"]; }\n';
    expect(outcomeOf(await run({ [SUBJECT]: uses('order.items'), 'src/order.ts': read }))).toBe('type-unknown');
    expect(outcomeOf(await run({ [SUBJECT]: uses('order.items'), 'src/order.ts': held }))).toContain('find');
  });

  it('are told of the other expressions of a file when the compiler stumbles over one', async () => {
    const around = "const [, name = ''] = /a(b)/.exec('ab') ?? [];\n";
    const files = { [SUBJECT]: `${uses('order.items')}${around}`, 'src/order.ts': ORDER };
    expect(outcomeOf(await run(files))).toContain('order.items.find');
  });

  it('tell what the elements of an array are', async () => {
    const strings = rule('elements: { XS: string }');
    const list = (type: string) => `export interface Order { tags: ${type}[] }\n`;
    const asked = (type: string) => run({ [SUBJECT]: uses('order.tags'), 'src/order.ts': list(type) }, { of: strings });
    expect(outcomeOf(await asked("('a' | 'b')"))).toContain('order.tags.find');
    expect(outcomeOf(await asked('(string | undefined)'))).toBe('elements-unknown');
    expect(outcomeOf(await asked('number'))).toBe('elements-unknown');
  });

  it('are remembered for a version of the files', async () => {
    const reads: string[] = [];
    const files: Record<string, string> = { [SUBJECT]: uses('order.items'), 'src/order.ts': ORDER };
    const runAt = async (version: string): Promise<string> => {
      const readFile = (path: string): string | undefined => {
        reads.push(path);
        return files[path];
      };
      const input = { subject: `${SUBJECT}:run`, readFile, listFiles: () => Object.keys(files), version };
      return outcomeOf(await rewriteByRules({ rules: [parseRule(FIRST, 'first')], dir: '' }, input));
    };
    for (const version of ['one', 'one', 'two']) expect(await runAt(version)).toContain('order.items.find');
    expect(reads.filter((path) => path === 'src/order.ts')).toHaveLength(2);
    files[SUBJECT] = uses('order.tags');
    expect(await runAt('two')).toBe('type-unknown');
  });

  it('are unknown when the compiler is killed over it', async () => {
    const files: Record<string, string> = { [SUBJECT]: uses('order.items'), 'src/order.ts': ORDER };
    const readFile = (path: string): string | undefined => {
      if (path === 'src/order.ts') {
        const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
        for (const pid of children) process.kill(Number(pid), 'SIGKILL');
      }
      return files[path];
    };
    const input = { subject: `${SUBJECT}:run`, readFile, listFiles: () => Object.keys(files) };
    expect(await rewriteByRules({ rules: [parseRule(FIRST, 'first')], dir: '' }, input)).toMatchObject({
      reason: 'type-unknown',
      message: expect.stringContaining('the TypeScript compiler '),
    });
  }, 60_000);

  it('say nothing of JavaScript, whose comments nobody has checked', async () => {
    const source = '/** @param {string[]} xs */\nexport function run(xs) { return xs.filter(Boolean)[0]; }\n';
    expect(outcomeOf(await run({ 'src/a.js': source }, { path: 'src/a.js' }))).toBe('type-unknown');
  });

  it('are unknown, and nothing fails, where the configuration is broken', async () => {
    const files = { [SUBJECT]: uses('order.items'), 'src/order.ts': ORDER };
    expect(outcomeOf(await run({ ...files, 'tsconfig.json': '{ "compilerOptions": [ }' }))).toContain('find');
    expect(outcomeOf(await run({ ...files, 'tsconfig.json': '{ "extends": "./tsconfig.json" }' }))).toContain('find');
    expect(outcomeOf(await run({ ...files, 'tsconfig.json': '{ "extends": "no-such-package" }' }))).toContain('find');
  });
});
