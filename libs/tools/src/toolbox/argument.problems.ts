import { suggestNames } from '@headroom/source';
import type { z } from 'zod';

const SHOWN = 80;

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((current, key) => (current as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** A value that nests too deeply for its text to be written is named. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'nested too deeply';
  }
}

function shown(value: unknown): string {
  const text = textOf(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 3)}...` : text;
}

/** `a, b or c`, each in quotes. */
function eitherOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** A hint at names that were meant, or at those that there are; empty where there are none. */
export function meant(names: readonly string[], wanted: string, all: string): string {
  const near = suggestNames(names, wanted);
  if (near.length > 0) return `did you mean ${eitherOf(near)}?`;
  return names.length === 0 ? `${all} none` : `${all} ${names.join(', ')}`;
}

function describeIssue(issue: z.core.$ZodIssue, args: unknown, known: readonly string[]): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => {
        const name = path ? `${path}.${key}` : key;
        return `there is no argument "${name}"${path ? '' : `, ${meant(known, key, 'the arguments are')}`}`;
      })
      .join('; ');
  }
  if (!path) return issue.message;
  const value = at(args, issue.path);
  const isTime = issue.code === 'invalid_format' && issue.format === 'datetime';
  const told = isTime ? 'write a time with its zone, such as 2026-11-02T10:00:00Z' : issue.message;
  const rule = told.replace(/^(Invalid input|Invalid option|Too big|Too small|Invalid string): /, '');
  if (value === undefined) return `the argument "${path}" is missing: ${rule.replace(/, received undefined$/, '')}`;
  return `the argument "${path}" is ${shown(value)}: ${rule}`;
}

/** What is wrong with arguments, as one sentence that names each of them. */
export function argumentProblem(tool: string, error: z.ZodError, args: unknown, known: readonly string[]): string {
  return `${tool}: ${error.issues.map((issue) => describeIssue(issue, args, known)).join('; ')}`;
}
