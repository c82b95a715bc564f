import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { NapiConfig } from '@ast-grep/napi';
import { messageOf } from '@headroom/contracts';
import { parse } from 'yaml';
import { z } from 'zod';

const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  language: z.enum(['TypeScript', 'JavaScript', 'Tsx']),
  message: z.string().min(1),
  rule: z.record(z.string(), z.unknown()),
  constraints: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  utils: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

/** An ast-grep rule of a playbook: what it looks for, not yet whether it may be rewritten. */
export interface PlaybookRule {
  /** Name of the file without its extension. */
  readonly id: string;
  /** What a match means, one sentence. */
  readonly message: string;
  /** The rule as ast-grep takes it. Works on JavaScript, TypeScript and TSX alike: their node kinds agree. */
  readonly config: NapiConfig;
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
      rules.push(ruleOf(await readFile(join(dir, name), 'utf8'), basename(name, '.yml')));
    } catch (error) {
      problems.push(`${basename(dir)}/${name}: ${messageOf(error)}`);
    }
  }
  return { rules, problems };
}

function ruleOf(text: string, name: string): PlaybookRule {
  const { id, message, rule, constraints, utils } = ruleSchema.parse(parse(text));
  if (id !== name) throw new TypeError(`its id "${id}" must equal the file's name`);
  return { id, message, config: { rule, ...(constraints && { constraints }), ...(utils && { utils }) } };
}
