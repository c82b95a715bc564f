import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRepository } from '@headroom/testing';

/** The repository of the functions that a model may see. */
export const REPOSITORY = 'example/titles';
/** Where the key of the model is, in these tests. */
export const KEY_VARIABLE = 'TITLES_MODEL_KEY';
export const KEY = 'key-of-the-scripted-model';

/** Functions alike, each for a case of its own: the name says what becomes of the model's calls. */
export const COPIED = [
  'plain',
  'overloaded',
  'limited',
  'cut',
  'refused',
  'killed',
  'short',
  'first',
  'second',
  'unasked',
  'closed',
];

export function fileOf(name: string): string {
  return `src/${name}.ts`;
}

export function subjectOf(name: string): string {
  return `${fileOf(name)}:${name}`;
}

/** The function as it is, and with a memory. */
export function sourceOf(name: string): [before: string, after: string] {
  const head = `export function ${name}(title: string): string {\n`;
  const result = "title.toLowerCase().split(/[^a-z0-9]+/).join('-')";
  const known = 'const known = new Map<string, string>();\n\n';
  const body = `  const found = known.get(title);\n  if (found !== undefined) return found;\n  const made = ${result};\n`;
  const kept = '  if (known.size < 100) known.set(title, made);\n  return made;\n}\n';
  return [`${head}  return ${result};\n}\n`, `${known}${head}${body}${kept}`];
}

function testOf(name: string): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ${name} } from '../src/${name}.ts';

test('joins words', () => {
  assert.equal(${name}('Red  Boots'), 'red-boots');
  assert.equal(${name}('Red  Boots'), 'red-boots');
  assert.equal(${name}(''), '');
});
`;
}

const files = {
  'package.json': '{ "name": "titles", "version": "1.0.0", "type": "module", "private": true }\n',
  ...Object.fromEntries(
    COPIED.flatMap((name) => [
      [fileOf(name), sourceOf(name)[0]],
      [`test/${name}.test.ts`, testOf(name)],
    ]),
  ),
};

/** Function that a change made compute the same twice, of a service with telemetry. */
export const DOUBLED = 'total';
const PRICES = {
  'src/priced.ts':
    'export function priced(item: string): number {\n  let sum = 0;\n  for (const letter of item) sum += letter.charCodeAt(0);\n  return sum;\n}\n',
};
const totalHead = `import { priced } from './priced.ts';

export function total(items: readonly string[]): number {
  let sum = 0;
  for (const item of items) {
    const price = priced(item);
`;
const totalEnd = `  }
  return sum;
}
`;
/** The line that the change wrote, and that which does without. */
export const DOUBLED_LINE: [before: string, after: string] = [
  '    if (priced(item) > 500) sum += price;\n',
  '    if (price > 500) sum += price;\n',
];
const totalTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/total.ts';

test('adds up what is dear', () => {
  assert.equal(total(['a long name', 'b']), 1010);
  assert.equal(total([]), 0);
});
`;

/** A target, and how to write configurations for it. */
export interface ModelTarget {
  bare: string;
  /** Commits of the service with telemetry: before the change and with it. */
  doubled: { before: string; after: string };
  /** Writes a configuration and returns its path. @param baseUrl of the model @param budgets over the usual ones */
  configure: (baseUrl: string, budgets?: object) => Promise<string>;
}

/** Dollars of one token that is written, and tokens of the longest answer: the longest answer costs one dollar. */
const USD_PER_TOKEN = 0.001;
const MAX_TOKENS = 1000;

/** Makes the repository twice, once with a policy that keeps it from models, and that of the service with telemetry. */
export async function makeModelTarget(dir: string): Promise<ModelTarget> {
  const message = 'titles: make them words of an address';
  const { bare } = await buildRepository(join(dir, 'target'), [{ message, files }]);
  const closed = await buildRepository(join(dir, 'closed'), [
    { message, files: { ...files, '.headroom.yml': 'version: 1\nmodel: off\n' } },
  ]);
  const [begun, dearer] = ['    sum += price;\n', DOUBLED_LINE[0]].map((line) => totalHead + line + totalEnd);
  const about = { 'package.json': files['package.json'], 'test/total.test.ts': totalTest, ...PRICES };
  const quotes = await buildRepository(join(dir, 'quotes'), [
    { message: 'quotes: add up prices', files: { ...about, [fileOf(DOUBLED)]: begun! } },
    { message: 'quotes: leave out what is cheap', files: { [fileOf(DOUBLED)]: dearer! } },
  ]);
  const [before = '', after = ''] = quotes.commits;
  const test = ['node', '--test', 'test/*.test.ts'];
  const prices = { input: 0.01, output: USD_PER_TOKEN * 1e6, cacheWrite: 0.01, cacheRead: 0.001 };
  const configure = async (baseUrl: string, budgets: object = {}): Promise<string> => {
    const file = join(dir, 'headroom.config.yaml');
    const settings = {
      version: 1,
      agent: {
        baseUrl,
        keyEnv: KEY_VARIABLE,
        model: 'scripted-model',
        maxTokens: MAX_TOKENS,
        prices: { 'scripted-model': prices },
        budgets: { usdPerCase: 20, usdPerDay: 1000, ...budgets },
        // Enough for one call, and not for a second one after a long answer.
        teams: { thrifty: { usdPerDay: 1.3 } },
      },
      // Something to look at for each domain of tools.
      tools: { docs: [{ name: 'runbooks', path: '.' }], experiments: { path: '.' } },
      services: {
        titles: { repository: { name: REPOSITORY, url: bare, sendToModel: true }, team: 'shop', test },
        thrifty: { repository: { name: REPOSITORY, url: bare, sendToModel: true }, team: 'thrifty', test },
        unasked: { repository: { name: REPOSITORY, url: bare }, team: 'shop', test },
        quotes: {
          repository: { name: 'example/quotes', url: quotes.bare, sendToModel: true },
          team: 'shop',
          unitOfWork: 'quote',
          test,
        },
        closed: {
          repository: { name: 'example/closed', url: closed.bare, sendToModel: true },
          team: 'shop',
          test,
        },
      },
    };
    // JSON is YAML.
    await writeFile(file, JSON.stringify(settings, null, 2));
    return file;
  };
  return { bare, doubled: { before, after }, configure };
}
