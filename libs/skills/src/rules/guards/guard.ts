import type { SgNode } from '@ast-grep/napi';
import { z } from 'zod';
import type { SourceTree } from '../../syntax/source.tree.js';
import type { LanguageSyntax } from '../languages/language.syntax.js';

/** A match of a rule, as guards see it. */
export interface GuardContext {
  readonly tree: SourceTree;
  readonly syntax: LanguageSyntax;
  readonly match: SgNode;
  /** Nodes that a metavariable stands for: one for `$A`, any number for `$$$A`, none when it matched nothing. */
  readonly captures: (name: string) => readonly SgNode[];
  /** 1-based lines of the file that the root-cause change wrote; undefined where no commit is named. */
  readonly written?: ReadonlySet<number>;
}

/** Why a match may not be rewritten. */
export interface GuardRefusal {
  /** Stable, kebab-case. */
  readonly reason: string;
  /** What stands in the way, a clause that follows "stays: ". */
  readonly message: string;
}

/** A guard as a rule calls it. */
export interface GuardCall {
  readonly name: string;
  readonly value: unknown;
}

/** A condition on a match that a syntactic rule cannot express. */
export interface Guard<Value = unknown> {
  readonly name: string;
  /** What it takes, and how a rule is told off. */
  readonly value: z.ZodType<Value>;
  readonly check: (context: GuardContext, value: Value) => GuardRefusal | undefined;
}

/** Keeps the type of a guard's value between its schema and its check. */
export function guard<Value>(definition: Guard<Value>): Guard {
  return definition as Guard;
}

/** Source text on one line, short enough for a sentence. */
export function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

const name = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of a metavariable, without $');

/** One metavariable or several. */
export const variables = z.union([name.transform((one) => [one]), z.array(name).min(1)]);
