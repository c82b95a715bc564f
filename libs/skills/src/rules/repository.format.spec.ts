import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { applyWithGit, inFolder, patchOf, runSkill, writeFiles } from '../testing/playbook.fixtures.js';

const PATH = 'packages/web/src/a.ts';

/** Formatted with single quotes, without semicolons, and 60 columns. */
const NARROW = `export function byName(customers: readonly string[]) {
  return customers.reduce(
    (all, customer) => ({ ...all, [customer]: 'known' }),
    {},
  )
}
`;
const LEFT = `export function byName(customers: readonly string[]) {
  return Object.fromEntries(customers.map((customer) => [customer, 'known']))
}
`;
const FORMATTED = `export function byName(customers: readonly string[]) {
  return Object.fromEntries(
    customers.map((customer) => [customer, 'known']),
  )
}
`;

const STYLE = { printWidth: 60, singleQuote: true, semi: false };

async function rewritten(files: Readonly<Record<string, string>>, source = NARROW): Promise<string> {
  const all = { ...files, [PATH]: source };
  const result = await runSkill('avoid-copy', all, {
    subject: `${PATH}:byName`,
    listFiles: () => Object.keys(all),
  });
  return (await applyWithGit({ [PATH]: source }, patchOf(result).patch))[PATH]!;
}

describe('a rewritten file where the repository formats with prettier', () => {
  it.each<[string, Record<string, string>]>([
    ['.prettierrc in JSON', { '.prettierrc': JSON.stringify(STYLE) }],
    ['.prettierrc in YAML', { '.prettierrc': 'printWidth: 60\nsingleQuote: true\nsemi: false\n' }],
    ['.prettierrc.yml', { '.prettierrc.yml': 'printWidth: 60\nsingleQuote: true\nsemi: false\n' }],
    ['package.json', { 'package.json': JSON.stringify({ name: 'shop', prettier: STYLE }) }],
    [
      'a package.json without options nearer than the options',
      {
        'packages/web/package.json': '{"name": "web"}',
        '.prettierrc.json': JSON.stringify(STYLE),
      },
    ],
    [
      'options for some paths',
      {
        '.prettierrc.json': JSON.stringify({
          printWidth: 100,
          overrides: [{ files: 'packages/web/**/*.ts', options: STYLE }],
        }),
      },
    ],
    [
      'nearer options than those of the root',
      {
        '.prettierrc': 'printWidth: 100\n',
        'packages/web/.prettierrc.json': JSON.stringify(STYLE),
      },
    ],
    [
      '.editorconfig beside them',
      {
        '.editorconfig': 'root = true\n[*.ts]\nmax_line_length = 60\n',
        '.prettierrc': 'singleQuote: true\nsemi: false\n',
      },
    ],
  ])('is formatted by %s', async (_where, files) => {
    expect(await rewritten(files)).toBe(FORMATTED);
  });

  it('is formatted by .editorconfig alone', async () => {
    const own = (text: string): string => text.replaceAll("'", '"').replaceAll(/\)\n\}/g, ');\n}');

    expect(await rewritten({ '.editorconfig': '[*]\nmax_line_length = 60\n' }, own(NARROW))).toBe(own(FORMATTED));
  });

  it.each<[string, Record<string, string>]>([
    ['there are no options', { 'package.json': '{"name": "shop"}' }],
    ['the file was not formatted by them', { '.prettierrc': JSON.stringify({ ...STYLE, printWidth: 100 }) }],
    ['they are broken', { '.prettierrc': '{"printWidth": 60,' }],
    ['they are no options', { '.prettierrc': '[60]' }],
    ['a value is none that prettier knows', { '.prettierrc': JSON.stringify({ ...STYLE, printWidth: 'narrow' }) }],
    ['package.json is broken', { 'package.json': '{"prettier": {' }],
    [
      'the file is ignored',
      {
        '.prettierrc': JSON.stringify(STYLE),
        '.prettierignore': 'packages/web\n',
      },
    ],
    [
      'nearer ones are code',
      {
        '.prettierrc': JSON.stringify(STYLE),
        'packages/web/prettier.config.mjs': 'export default {};\n',
      },
    ],
    [
      'they name a plugin',
      {
        '.prettierrc': JSON.stringify({ ...STYLE, plugins: ['./plugin.mjs'] }),
      },
    ],
    [
      'they name a plugin for some paths',
      {
        '.prettierrc': JSON.stringify({
          ...STYLE,
          overrides: [{ files: '*.css', options: { plugins: ['x'] } }],
        }),
      },
    ],
    ['they name a shared package', { 'package.json': '{"prettier": "@shop/prettier-config"}' }],
  ])('keeps its layout where %s', async (_when, files) => {
    expect(await rewritten(files)).toBe(LEFT);
  });

  it('is formatted in each place that changes, and once', async () => {
    const source = `import { word } from './word.js'

export function words(text: string) {
  const separator = new RegExp('[ ,;:]+(?:and|or)[ ,;:]*')
  return text.split(separator).map(word)
}
`;
    const files = { '.prettierrc': JSON.stringify(STYLE), [PATH]: source };
    const run = (text: string) =>
      runSkill(
        'regex-precompile',
        { ...files, [PATH]: text },
        {
          subject: `${PATH}:words`,
          listFiles: () => Object.keys(files),
        },
      );
    const { [PATH]: after } = await applyWithGit({ [PATH]: source }, patchOf(await run(source)).patch);

    expect(after).toBe(`import { word } from './word.js'

const SEPARATOR_PATTERN = new RegExp(
  '[ ,;:]+(?:and|or)[ ,;:]*',
)

export function words(text: string) {
  const separator = SEPARATOR_PATTERN
  return text.split(separator).map(word)
}
`);
    expect(await run(after!)).toMatchObject({ outcome: 'abstain' });
  });

  it('keeps its layout where formatting would change lines that the rewrite leaves alone', async () => {
    const list = (item: string): string => `export function byName(xs: readonly string[]) {
  return first([
    ${item},
    'a name of some length',
  ])
}
`;
    const source = list('xs.reduce((a, x) => ({ ...a, [x]: 1 }), {})');

    // With the shorter call the list fits on a line, and the lines around it would go.
    expect(await rewritten({ '.prettierrc': JSON.stringify({ ...STYLE, printWidth: 84 }) }, source)).toBe(
      list('Object.fromEntries(xs.map((x) => [x, 1]))'),
    );
  });

  it('never runs what the options name', async () => {
    await inFolder(async (dir) => {
      const mark = join(dir, 'ran');
      writeFiles(dir, {
        'code.cjs': `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`,
      });
      const code = join(dir, 'code.cjs');
      for (const options of [JSON.stringify(code), JSON.stringify({ plugins: [code] }), code]) {
        expect(await rewritten({ '.prettierrc': options })).toBe(LEFT);
      }
      expect(existsSync(mark)).toBe(false);
    });
  });
});
