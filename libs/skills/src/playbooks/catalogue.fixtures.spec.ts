import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lintSkills } from '../skill/skill.linter.js';
import {
  canRun,
  catalogueRules,
  expectedName,
  fixtureFiles,
  readCases,
  supportFiles,
} from '../testing/catalogue.fixtures.js';
import { applyWithGit, CATALOGUE, patchOf, runModule, runSkill } from '../testing/playbook.fixtures.js';

const ROUNDS = 250;

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

const rules = catalogueRules();

describe.each(rules)('fixtures of $skill/$rule', ({ skill, dir, fixes, samples }) => {
  const load = (kind: string, name: string): string => readFileSync(join(dir, kind, name), 'utf8');
  const cases = readCases(dir);
  const matches = Object.entries(cases.match);
  const runnable = fixes ? matches.filter(([name]) => canRun(name, load('match', name))) : [];

  it.each(matches)(
    fixes ? 'rewrites %s as expected, and leaves the result alone' : 'finds %s',
    async (name, fixture) => {
      const path = `match/${name}`;
      const input = { subject: `${path}:${fixture.subject}`, written: fixture.written };

      const result = await runSkill(skill, { [path]: load('match', name) }, input);

      if (!fixes) {
        expect(result).toMatchObject({ outcome: 'abstain', reason: 'needs-judgement' });
        return;
      }
      const { patch, files: changed } = patchOf(result);
      const files = await applyWithGit({ [path]: load('match', name) }, patch);
      const again = await runSkill(skill, files, input);
      expect(files[path]).toBe(load('match', expectedName(name)));
      expect(changed).toEqual([path]);
      expect(again).toMatchObject({ outcome: 'abstain' });
    },
  );

  if (runnable.length > 0)
    it.each(runnable)('%s does the same before and after', async (name) => {
      const support = supportFiles(dir);
      const run = (text: string) => runModule({ ...support, [`match/${name}`]: text }, `match/${name}`, ROUNDS);

      const base = await run(load('match', name));
      const head = await run(load('match', expectedName(name)));

      expect(base.returned).toHaveLength(ROUNDS);
      expect(head.returned).toEqual(base.returned);
      expect(head.shown).toEqual(base.shown);
      expect(head.records).toEqual(samples ? sampled(base.records) : base.records);
      expect(head.output).toEqual(samples ? sampled(base.output) : base.output);
      if (samples) {
        expect(head.records.length + head.output.length).toBeLessThan(base.records.length + base.output.length);
      }
    });

  it.each(Object.entries(cases['no-match']))('leaves %s alone and says why', async (name, fixture) => {
    const path = `no-match/${name}`;
    const input = { subject: `${path}:${fixture.subject}`, written: fixture.written };

    const result = await runSkill(skill, { [path]: load('no-match', name) }, input);

    expect(result).toMatchObject({ outcome: 'abstain', reason: fixture.reason });
  });

  it('has a case for every fixture', () => {
    expect(fixtureFiles(dir, 'match')).toEqual(Object.keys(cases.match).sort());
    expect(fixtureFiles(dir, 'no-match')).toEqual(Object.keys(cases['no-match']).sort());
  });
});

describe('the catalogue', () => {
  it('has fixtures for every rule of every skill', () => {
    expect(rules.filter(({ dir }) => fixtureFiles(dir, 'match').length === 0)).toEqual([]);
    expect(rules.map(({ skill }) => skill)).toEqual(expect.arrayContaining(['log-sampling', 'regex-precompile']));
  });

  it('rewrites TypeScript into what its strict mode accepts', () => {
    const files = rules.flatMap(({ dir, fixes }) =>
      (fixes ? Object.keys(readCases(dir).match) : [])
        .map(expectedName)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(dir, 'match', name)),
    );
    const tsc = join(CATALOGUE, '../node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--noUnusedLocals', '--erasableSyntaxOnly'];
    const target = ['--target', 'es2023', '--module', 'nodenext', '--allowImportingTsExtensions', '--types', 'node'];

    const output = execFileSync(
      process.execPath,
      [tsc, ...options, ...target, '--moduleDetection', 'force', ...files],
      {
        cwd: join(CATALOGUE, '..'),
        encoding: 'utf8',
      },
    );

    expect(output).toBe('');
  });

  it('has no problem that the linter finds', async () => {
    expect(await lintSkills(CATALOGUE)).toEqual([]);
  });
});
