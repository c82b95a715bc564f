import type { SourceTree } from '../../syntax/source.tree.js';
import { knowTypes } from '../languages/compiled.types.js';
import { compile, type Compiled } from '../languages/typescript.compiler.js';
import { sha256 } from '@headroom/contracts';
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

/** A scan comes back to the same files, function by function and skill by skill. */
const MOST_REMEMBERED = 32;
const remembered = new Map<string, Promise<Compiled>>();

async function compiledOnce(tree: SourceTree, files: FilesOfBase): Promise<Compiled> {
  if (files.version === undefined) return compile(tree, files);
  const key = JSON.stringify([files.version, tree.path, sha256(tree.source)]);
  const compiled = remembered.get(key) ?? compile(tree, files);
  remembered.delete(key);
  remembered.set(key, compiled);
  const [oldest] = remembered.keys();
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  const answer = await compiled;
  if ('problem' in answer) remembered.delete(key);
  return answer;
}

/** Lets the compiler tell the types of a file, once for each tree; resolves with why it could not. */
async function learnTypes(tree: SourceTree, files: FilesOfBase): Promise<string | undefined> {
  const compiled = await compiledOnce(tree, files);
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
