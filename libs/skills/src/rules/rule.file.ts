import { readdir } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { NapiConfig } from '@ast-grep/napi';
import { messageOf } from '@headroom/contracts';
import { parseSource } from '@headroom/source';
import { parse } from 'yaml';
import { z } from 'zod';
import { plainly, readSkillText, sentencesOf } from '../skill/skill.text.js';
import { MATCH_VARIABLE } from './template.js';
import { guardProblems, type GuardCall } from './guards/guard.registry.js';

/** Languages that a rule can be written for. `TypeScript` stands for JavaScript and TSX as well. */
const RULE_LANGUAGES = ['TypeScript', 'Python', 'Go', 'Java'] as const;
/** The language of a rule, as ast-grep spells it. */
export type RuleLanguage = (typeof RULE_LANGUAGES)[number];

const metavariable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of a metavariable, without $');

const hoistSchema = z.strictObject({
  /** Name under which the fix and the declaration speak of what is hoisted. */
  as: metavariable,
  /** Words of its name; `$FUNCTION` is the name of the function around, other metavariables their text. */
  name: z.string().min(1),
  case: z.enum(['upper', 'camel', 'snake']).default('camel'),
  /** The declaration, such as `const $AS = $VALUE;`. */
  declare: z.string().min(1),
  /** Where it goes: behind the imports, in the class around, before the loop around, or before the statement around. */
  to: z.enum(['module', 'class', 'loop', 'statement']),
});

const nameSchema = hoistSchema.pick({ as: true, name: true, case: true });

const importSchema = z.strictObject({
  module: z.string().min(1),
  /** `drop` takes the import away where nothing else of the file uses it. @default add */
  action: z.enum(['add', 'drop']).default('add'),
});

const headroomSchema = z.strictObject({
  explanation: z.string().min(1).optional(),
  saving: z.number().gt(0).max(1).default(0.1),
  guards: z.array(z.record(z.string(), z.unknown())).default([]),
  /** A statement before the match, bound by `follows`, from which on the fix replaces. */
  from: metavariable.optional(),
  /** Names that the file does not have, for variables that the fix declares. */
  names: z.array(nameSchema).default([]),
  hoist: z.array(hoistSchema).default([]),
  imports: z.array(importSchema).default([]),
  /** A deterministic script that gives texts for the fix, or refuses. */
  script: z
    .strictObject({
      run: z.string().regex(/^scripts\/[\w.-]+\.m?js$/, 'must be a script of the skill, such as scripts/check.mjs'),
      gives: z.array(metavariable).default([]),
    })
    .optional(),
});

const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  language: z.enum(RULE_LANGUAGES),
  message: z.string().min(1),
  rule: z.record(z.string(), z.unknown()),
  constraints: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  utils: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  transform: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  fix: z.string().optional(),
  metadata: headroomSchema.prefault({}),
});

/** A declaration that a rewrite puts before the code that uses it. */
export type Hoist = z.infer<typeof hoistSchema>;
/** A name for a variable that a fix declares. */
export type NewName = z.infer<typeof nameSchema>;
/** A script of a rule, and the names of the texts that it gives. */
export type RuleScript = NonNullable<z.infer<typeof headroomSchema>['script']>;
/** An import that a rewrite needs, or leaves without use. */
export type RuleImport = z.infer<typeof importSchema>;

/** An ast-grep rule of a playbook. */
export interface PlaybookRule {
  /** Name of the file without its extension. */
  readonly id: string;
  readonly language: RuleLanguage;
  /** What a match means, one sentence. */
  readonly message: string;
  /** The rule as ast-grep takes it. */
  readonly config: NapiConfig;
  /** What a match becomes; absent for a rule that only finds. */
  readonly fix?: string;
  /** What the rewrite does, one sentence with metavariables. */
  readonly explanation?: string;
  /** Rough share of a function's cost that the pattern is, 0 to 1; orders opportunities. */
  readonly saving: number;
  /** What must hold beside the match. */
  readonly guards: readonly GuardCall[];
  /** Metavariable of the node from which on the fix replaces; the match alone where absent. */
  readonly from?: string;
  readonly names: readonly NewName[];
  readonly hoist: readonly Hoist[];
  readonly imports: readonly RuleImport[];
  /** A script of the skill, relative to its folder, that may refuse a match or give texts for its fix. */
  readonly script?: RuleScript;
}

/** Rules of a folder in the order of their names, or what is wrong with them. */
export interface RuleFolder {
  readonly rules: readonly PlaybookRule[];
  readonly problems: readonly string[];
}

/** Reads the ast-grep rules (`*.yml`) of a skill's playbook folder. */
export async function readRules(dir: string): Promise<RuleFolder> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.yml')).sort();
  const rules: PlaybookRule[] = [];
  const problems: string[] = [];
  if (names.length === 0) problems.push(`${basename(dir)}: holds no rule (*.yml)`);
  for (const name of names) {
    try {
      rules.push(parseRule(await readSkillText(dir, name), basename(name, '.yml')));
    } catch (error) {
      problems.push(...sentencesOf(error).map((sentence) => `${basename(dir)}/${name}: ${sentence}`));
    }
  }
  return { rules, problems };
}

/**
 * Reads the text of a rule.
 * @param name of its file, without the extension; must equal the rule's id
 * @throws ZodError, TypeError or an error of YAML for a text that is no rule
 */
export function parseRule(text: string, name: string): PlaybookRule {
  const { id, language, message, rule, constraints, utils, transform, fix, metadata } = ruleSchema.parse(parse(text), {
    error: plainly,
  });
  if (id !== name) throw new TypeError(`its id "${id}" must equal the file's name`);
  const guards = metadata.guards.map(guardCallOf);
  const problems = [
    ...guardProblems(guards),
    ...unknownVariables({ rule, fix, metadata, transform }),
    ...(language === 'Java' && metadata.hoist.some(({ to }) => to === 'module')
      ? ['hoist: Java has no declarations outside a class; write to: class']
      : []),
  ];
  if (problems.length > 0) throw new TypeError(problems.join('; '));
  const config = {
    rule,
    ...(constraints && { constraints }),
    ...(utils && { utils }),
    ...(transform && { transform }),
  };
  refuseUnusable(config, language);
  return {
    id,
    language,
    message,
    config,
    ...(fix !== undefined && { fix }),
    ...(metadata.explanation !== undefined && { explanation: metadata.explanation }),
    saving: metadata.saving,
    guards,
    ...(metadata.from !== undefined && { from: metadata.from }),
    names: metadata.names,
    hoist: metadata.hoist,
    imports: metadata.imports,
    ...(metadata.script !== undefined && { script: metadata.script }),
  };
}

/** A file of each grammar that rules of a language are run on. */
const GRAMMARS: Readonly<Record<RuleLanguage, readonly string[]>> = {
  TypeScript: ['a.ts', 'a.tsx', 'a.js'],
  Python: ['a.py'],
  Go: ['a.go'],
  Java: ['A.java'],
};

/** Lets ast-grep itself read the rule: one that it refuses would break each search that it takes part in. */
function refuseUnusable(config: NapiConfig, language: RuleLanguage): void {
  for (const file of GRAMMARS[language]) {
    try {
      parseSource('', file).findAll(config);
    } catch (error) {
      const lines = messageOf(error)
        .split('\n')
        .map((line) => line.replace(/^[\s|>-]+/, ''));
      throw new TypeError(`ast-grep refuses the rule for *${extname(file)}: ${lines.filter(Boolean).join(' ')}`, {
        cause: error,
      });
    }
  }
}

function guardCallOf(entry: Readonly<Record<string, unknown>>): GuardCall {
  const [[name, value] = ['', undefined], ...more] = Object.entries(entry);
  if (more.length > 0) throw new TypeError('each guard must be an entry of its own with one name');
  return { name, value };
}

/** Metavariables that the fix speaks of and nothing binds: they would stay in the code as written. */
function unknownVariables({
  rule,
  fix,
  metadata,
  transform,
}: Pick<z.infer<typeof ruleSchema>, 'rule' | 'fix' | 'metadata' | 'transform'>): string[] {
  const bound = new Set([
    'FUNCTION',
    MATCH_VARIABLE,
    ...namesIn(JSON.stringify(rule)),
    ...Object.keys(transform ?? {}),
    ...(metadata.script?.gives ?? []),
  ]);
  const hoisted = [...metadata.hoist, ...metadata.names].map(({ as }) => as);
  const spoken = new Map([
    ['fix', namesIn(fix ?? '').filter((name) => !hoisted.includes(name))],
    ['explanation', namesIn(metadata.explanation ?? '').filter((name) => !hoisted.includes(name))],
    ...metadata.hoist.map(
      ({ as, declare, name }) =>
        [`hoist ${as}`, namesIn(`${declare} ${name}`).filter((one) => !hoisted.includes(one))] as const,
    ),
  ]);
  return [...spoken].flatMap(([where, names]) =>
    names.filter((name) => !bound.has(name)).map((name) => `${where}: nothing binds $${name}`),
  );
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\${1,3}([A-Z_][A-Z0-9_]*)/g)].map((match) => match[1]!);
}
