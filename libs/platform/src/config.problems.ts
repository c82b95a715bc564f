import type { z } from 'zod';

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((current, key) => (current as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const key = issue.path.map(String).join('.') || '(top level)';
  if (issue.code === 'unrecognized_keys') {
    return `${key}: unknown key ${issue.keys.map((each) => `"${each}"`).join(', ')}; remove it or check its spelling`;
  }
  if (issue.code === 'invalid_key') {
    return `${key}: the name ${issue.issues.map(({ message }) => message).join(', ')}`;
  }
  return `${key}: found ${shown(at(value, issue.path))}; ${issue.message}`;
}

/** Every problem of a file in a line: its key, what was found and what is allowed. */
export function problemsOf(error: z.ZodError, value: unknown): string[] {
  return error.issues.map((issue) => describeIssue(issue, value));
}
