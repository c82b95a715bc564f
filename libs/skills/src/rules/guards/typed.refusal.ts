import type { SourceTree } from '../../syntax/source.tree.js';
import { knowTypes } from '../languages/compiled.types.js';
import { compile } from '../languages/typescript.compiler.js';
import type { FilesOfBase } from '../../playbooks/playbook.js';
import { refusalOf, type GuardCall } from './guard.registry.js';
import type { GuardContext, GuardRefusal } from './guard.js';

const TYPED = /(?<!\.d)\.[cm]?tsx?$/;

/** Reasons that a type may lift. */
const FOR_WANT_OF_TYPES: ReadonlySet<string> = new Set([
  'type-unknown',
  'elements-unknown',
  'side-effects',
  'calls-noticed',
  'changed-meanwhile',
]);

const asked = new WeakMap<SourceTree['root'], Promise<string | undefined>>();

/** Lets the compiler tell the types of a file, once for each tree; resolves with why it could not. */
async function learnTypes(tree: SourceTree, files: FilesOfBase): Promise<string | undefined> {
  const compiled = await compile(tree, files);
  if ('problem' in compiled) return compiled.problem;
  knowTypes(tree.root, compiled.types);
  return undefined;
}

/**
 * Checks the guards of a rule in their order, in a TypeScript file a second time with the types of its project where the file alone
 * shows too little. Undefined when all hold.
 */
export async function typedRefusalOf(
  calls: readonly GuardCall[],
  context: GuardContext,
  files: FilesOfBase,
): Promise<GuardRefusal | undefined> {
  const { tree } = context;
  const refusal = refusalOf(calls, context);
  if (!refusal || !FOR_WANT_OF_TYPES.has(refusal.reason) || !TYPED.test(tree.path)) return refusal;
  const learning = asked.get(tree.root) ?? learnTypes(tree, files);
  asked.set(tree.root, learning);
  const problem = await learning;
  return problem === undefined ? refusalOf(calls, context) : { ...refusal, message: `${refusal.message} (${problem})` };
}
