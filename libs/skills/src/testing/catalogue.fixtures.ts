import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CATALOGUE } from './playbook.fixtures.js';

/** A rule of a skill with a folder of fixtures. */
export interface CatalogueRule {
  readonly skill: string;
  readonly rule: string;
  /** Folder of its fixtures. */
  readonly dir: string;
  /** Whether it rewrites; a rule that does not only finds. */
  readonly fixes: boolean;
  /** Whether its skill may write fewer log records than before. */
  readonly samples: boolean;
}

/** How one fixture is run. */
export interface FixtureCase {
  /** Name of the function that is the subject. */
  readonly subject: string;
  /** Texts whose lines the root cause wrote. */
  readonly written?: readonly string[];
  /** Why a near miss stays. */
  readonly reason?: string;
}

/** `cases.yml` of a rule. */
export interface FixtureCases {
  readonly match: Readonly<Record<string, FixtureCase>>;
  readonly 'no-match': Readonly<Record<string, FixtureCase>>;
}

/** Every rule of every skill in the catalogue. A new folder with rules is found by itself. */
export function catalogueRules(): CatalogueRule[] {
  return readdirSync(CATALOGUE)
    .sort()
    .flatMap((skill) => {
      const rules = join(CATALOGUE, skill, 'rules');
      if (!existsSync(rules)) return [];
      const header = readFileSync(join(CATALOGUE, skill, 'SKILL.md'), 'utf8');
      const samples = /allowed-effects: .*fewer-log-records/.test(header);
      const files = readdirSync(rules).filter((name) => name.endsWith('.yml'));
      return files.sort().map((file) => {
        const dir = join(rules, file.slice(0, -'.yml'.length));
        const fixes = existsSync(join(dir, 'match')) && fixtureFiles(dir, 'match', true).length > 0;
        return { skill, rule: file.slice(0, -'.yml'.length), dir, fixes, samples };
      });
    });
}

/** The cases of a rule's folder. */
export function readCases(dir: string): FixtureCases {
  return {
    match: {},
    'no-match': {},
    ...(parse(readFileSync(join(dir, 'cases.yml'), 'utf8')) as Partial<FixtureCases>),
  };
}

/** Names of the fixtures of one kind, sorted; what they become instead when `expected`. */
export function fixtureFiles(dir: string, kind: 'match' | 'no-match', expected = false): string[] {
  const path = join(dir, kind);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.includes('.expected.') === expected)
    .sort();
}

/** Files beside the cases that fixtures import, such as a logger, by name. */
export function supportFiles(dir: string): Record<string, string> {
  const names = readdirSync(dir).filter((name) => name !== 'cases.yml' && statSync(join(dir, name)).isFile());
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
}

/** Name of the file that holds what a fixture becomes: `a.expected.ts` for `a.ts`. */
export function expectedName(name: string): string {
  return name.replace(/(\.\w+)$/, '.expected$1');
}

/** Whether a fixture can be run as it stands: a module for Node.js that exports `run(round)`. */
export function canRun(name: string, text: string): boolean {
  return /\.[cm]?[jt]s$/.test(name) && /^export (?:async )?function run\b/m.test(text);
}
