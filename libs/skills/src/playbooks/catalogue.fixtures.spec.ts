import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { lintSkills } from '../skill/skill.linter.js';
import { applyWithGit, CATALOGUE, patchOf, runModule, runSkill } from '../testing/playbook.fixtures.js';

interface Fixture {
  readonly subject: string;
  readonly written?: readonly string[];
  readonly reason?: string;
}

const RULES = [
  ['log-sampling', 'log-call'],
  ['regex-precompile', 'regex-construction'],
] as const;

const ROUNDS = 250;

function folderOf(skill: string, rule: string): string {
  return join(CATALOGUE, skill, 'rules', rule);
}

function fixturesOf(skill: string, rule: string, kind: 'match' | 'no-match'): [string, Fixture][] {
  const text = readFileSync(join(folderOf(skill, rule), 'cases.yml'), 'utf8');
  return Object.entries((parse(text) as Record<string, Record<string, Fixture>>)[kind]!);
}

function expectedName(name: string): string {
  return name.replace(/(\.\w+)$/, '.expected$1');
}

/** What is left of records when each sampled call writes its first and then each hundredth. */
function sampled(records: readonly unknown[]): unknown[] {
  const counts = new Map<string, number>();
  return records.filter((record) => {
    const text = JSON.stringify(record);
    const site = /hot \w+/.exec(text)?.[0];
    if (site === undefined || /"(?:warn|error)"/.test(text)) return true;
    const count = counts.get(site) ?? 0;
    counts.set(site, count + 1);
    return count % 100 === 0;
  });
}

describe.each(RULES)('fixtures of %s/%s', (skill, rule) => {
  const dir = folderOf(skill, rule);
  const load = (kind: string, name: string) => readFileSync(join(dir, kind, name), 'utf8');

  it.each(fixturesOf(skill, rule, 'match'))(
    'rewrites %s as expected, and leaves the result alone',
    async (name, fixture) => {
      const path = `match/${name}`;
      const input = { subject: `${path}:${fixture.subject}`, written: fixture.written };

      const result = patchOf(await runSkill(skill, { [path]: load('match', name) }, input));
      const files = await applyWithGit({ [path]: load('match', name) }, result.patch);
      const again = await runSkill(skill, files, input);

      expect(files[path]).toBe(load('match', expectedName(name)));
      expect(result.files).toEqual([path]);
      expect(again).toMatchObject({ outcome: 'abstain' });
    },
  );

  it.each(fixturesOf(skill, rule, 'match'))('%s does the same before and after, fewer records aside', async (name) => {
    const support: Record<string, string> =
      rule === 'log-call' ? { 'logger.ts': readFileSync(join(dir, 'logger.ts'), 'utf8') } : {};
    const run = (text: string) => runModule({ ...support, [`match/${name}`]: text }, `match/${name}`, ROUNDS);

    const base = await run(load('match', name));
    const head = await run(load('match', expectedName(name)));

    expect(base.returned).toHaveLength(ROUNDS);
    expect(head.returned).toEqual(base.returned);
    expect(head.records).toEqual(sampled(base.records));
    expect(head.output).toEqual(sampled(base.output));
    if (rule === 'log-call') {
      expect(head.records.length + head.output.length).toBeLessThan(base.records.length + base.output.length);
    }
  });

  it.each(fixturesOf(skill, rule, 'no-match'))('leaves %s alone and says why', async (name, fixture) => {
    const path = `no-match/${name}`;
    const input = { subject: `${path}:${fixture.subject}`, written: fixture.written };

    const result = await runSkill(skill, { [path]: load('no-match', name) }, input);

    expect(result).toMatchObject({ outcome: 'abstain', reason: fixture.reason });
  });

  it('has a case for every fixture, and rewrites that strict TypeScript accepts', () => {
    const names = readdirSync(join(dir, 'match')).filter((name) => !name.includes('.expected.'));
    const tsc = join(CATALOGUE, '../node_modules/typescript/bin/tsc');
    const files = readdirSync(join(dir, 'match')).filter((name) => name.endsWith('.expected.ts'));
    const options = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--noUnusedLocals', '--erasableSyntaxOnly'];
    const target = ['--target', 'es2023', '--module', 'nodenext', '--allowImportingTsExtensions', '--types', 'node'];

    const output = execFileSync(
      process.execPath,
      [tsc, ...options, ...target, ...files.map((name) => join(dir, 'match', name))],
      { cwd: join(CATALOGUE, '..'), encoding: 'utf8' },
    );

    expect(names.sort()).toEqual(
      fixturesOf(skill, rule, 'match')
        .map(([name]) => name)
        .sort(),
    );
    expect(readdirSync(join(dir, 'no-match')).sort()).toEqual(
      fixturesOf(skill, rule, 'no-match')
        .map(([name]) => name)
        .sort(),
    );
    expect(output).toBe('');
  });
});

describe('the catalogue', () => {
  it('has no problem that the linter finds', async () => {
    expect(await lintSkills(CATALOGUE)).toEqual([]);
  });
});
