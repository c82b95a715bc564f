import type { SgNode } from '@ast-grep/napi';
import { z } from 'zod';
import { kindOf } from '../../syntax/source.tree.js';
import { guard, shortened, variables, type Guard, type GuardContext, type GuardRefusal } from './guard.js';
import { scopeNode } from './scopes.js';

function unsupported(name: string): GuardRefusal {
  return { reason: 'language-unsupported', message: `the guard ${name} is not made for this language yet` };
}

/**
 * `still: { names: [O], in: loop }`: like `unchanged`, and no other code that runs meanwhile can change the object either: it is the
 * function's own and nothing else reaches it, or nothing in the scope has an effect on objects. `head` is the loop in whose head the match
 * stands.
 */
const still = guard({
  name: 'still',
  value: z.strictObject({ names: variables, in: z.enum(['match', 'loop', 'head', 'function']).default('loop') }),
  check: (context, { names, in: where }) => {
    const { syntax } = context;
    if (!syntax.stillProblem) return unsupported('still');
    const scope = where === 'head' ? headedLoop(context) : scopeNode(context, where);
    for (const name of names.flatMap(context.captures)) {
      const problem = syntax.stillProblem(name, scope, context.tree.root);
      if (problem !== undefined)
        return { reason: 'changed-meanwhile', message: `\`${shortened(problem)}\` may change it` };
    }
    return undefined;
  },
});

/** The loop in whose head the match stands. */
function headedLoop({ match, syntax, tree }: GuardContext): SgNode {
  return match.ancestors().find((node) => syntax.loopKinds.has(kindOf(node))) ?? tree.root;
}

/** `dense: XS`: an array without holes: methods of arrays skip holes, loops and spreads do not. */
const dense = guard({
  name: 'dense',
  value: variables,
  check: ({ captures, syntax, tree }, names) => {
    if (!syntax.isDense) return unsupported('dense');
    const open = names.flatMap(captures).find((node) => !syntax.isDense!(node, tree.root));
    return open ? { reason: 'may-have-holes', message: `\`${shortened(open.text())}\` may have holes` } : undefined;
  },
});

/** `skippable: P`: a function that may be called fewer times than now and nobody can tell: no effects, and it cannot throw. */
const skippable = guard({
  name: 'skippable',
  value: variables,
  check: ({ captures, syntax, tree }, names) => {
    if (!syntax.visitorProblem) return unsupported('skippable');
    for (const node of names.flatMap(captures)) {
      const problem = syntax.visitorProblem(node, tree);
      if (problem !== undefined) {
        return { reason: 'calls-noticed', message: `calling \`${shortened(problem)}\` less often could be noticed` };
      }
    }
    return undefined;
  },
});

/** `filled: M`: the values of a map are never undefined or null, so that `get` alone tells whether the key is there. */
const filled = guard({
  name: 'filled',
  value: variables,
  check: ({ captures, syntax, tree }, names) => {
    if (!syntax.hasNoEmptyValues) return unsupported('filled');
    const map = names.flatMap(captures).find((node) => !syntax.hasNoEmptyValues!(node, tree.root));
    return map
      ? { reason: 'may-hold-undefined', message: `a value of \`${shortened(map.text())}\` may be undefined` }
      : undefined;
  },
});

/** `visitor: { P: 2 }`: a function written in place with at most so many parameters; not async, no generator. */
const visitor = guard({
  name: 'visitor',
  value: z.record(z.string(), z.number()),
  check: ({ captures, syntax }, wanted) => {
    if (!syntax.isVisitor) return unsupported('visitor');
    for (const [name, most] of Object.entries(wanted)) {
      const other = captures(name).find((node) => !syntax.isVisitor!(node, most));
      if (other)
        return { reason: 'unknown-function', message: `what \`${shortened(other.text())}\` does is not in sight` };
    }
    return undefined;
  },
});

/** `read-only-use: true`: the value of the match is only read where it stands, never kept, changed or handed on. */
const readOnlyUse = guard({
  name: 'read-only-use',
  value: z.literal(true),
  check: ({ match, syntax, tree }) => {
    if (!syntax.isOnlyRead) return unsupported('read-only-use');
    return syntax.isOnlyRead(match, tree.root)
      ? undefined
      : { reason: 'value-escapes', message: 'its value is kept, changed or handed on' };
  },
});

/** `trivial: B`: a name, its negation, or its comparison to a literal: evaluating it costs nothing and cannot fail. */
const trivial = guard({
  name: 'trivial',
  value: variables,
  check: ({ captures, syntax }, names) => {
    if (!syntax.isTrivial) return unsupported('trivial');
    const costly = names.flatMap(captures).find((node) => !syntax.isTrivial!(node));
    return costly
      ? { reason: 'not-trivial', message: `\`${shortened(costly.text())}\` may fail or cost something` }
      : undefined;
  },
});

/**
 * `free-around: V`: the name is used nowhere in the block around but in the match, so that its declaration may move there; parameters of
 * the function or `catch` whose body the block is count as in it.
 */
const freeAround = guard({
  name: 'free-around',
  value: variables,
  check: (context, names) => {
    const block = blockAround(context);
    for (const name of names.flatMap(context.captures)) {
      const { start, end } = context.match.range();
      const other = context.syntax
        .occurrencesOf(block, name.text())
        .some((use) => use.range().start.index < start.index || use.range().end.index > end.index);
      if (other) return { reason: 'name-taken', message: `\`${name.text()}\` is used around it` };
    }
    return undefined;
  },
});

function blockAround({ match, syntax, tree }: GuardContext): SgNode {
  const block = match.ancestors().find((node) => syntax.blockKinds.has(kindOf(node)));
  const owner = block?.parent();
  const hasParameters = syntax.functionKinds.has(kindOf(owner)) || kindOf(owner) === 'catch_clause';
  return (hasParameters ? owner : block) ?? tree.root;
}

/** `takes-undefined: true`: the code around compiles as well when the type of the match gains undefined. */
const takesUndefined = guard({
  name: 'takes-undefined',
  value: z.literal(true),
  check: ({ match, syntax, tree }) => {
    if (!syntax.takesUndefined) return unsupported('takes-undefined');
    return syntax.takesUndefined(match, tree)
      ? undefined
      : { reason: 'type-would-change', message: 'the code around it does not expect undefined' };
  },
});

/** `leveled: LOG`: the logger has a method `isLevelEnabled`, as the file shows: it calls it, or made or typed the logger by a library. */
const leveled = guard({
  name: 'leveled',
  value: variables,
  check: ({ captures, syntax, tree }, names) => {
    if (!syntax.hasLevelCheck) return unsupported('leveled');
    const logger = names.flatMap(captures).find((node) => !syntax.hasLevelCheck!(node, tree.root));
    return logger
      ? {
          reason: 'logger-unknown',
          message: `the file does not show that \`${shortened(logger.text())}\` can tell its level`,
        }
      : undefined;
  },
});

/** `elements: { XS: string }`: the elements of the array are of this type, as the file shows. */
const elements = guard({
  name: 'elements',
  value: z.record(z.string(), z.string()),
  check: ({ captures, syntax, tree }, wanted) => {
    if (!syntax.elementTypeOf) return unsupported('elements');
    for (const [name, type] of Object.entries(wanted)) {
      const other = captures(name).find((node) => syntax.elementTypeOf!(node, tree.root) !== type);
      if (other) {
        return {
          reason: 'elements-unknown',
          message: `the file does not show that \`${shortened(other.text())}\` holds only ${type}`,
        };
      }
    }
    return undefined;
  },
});

/** `literals: { XS: 24 }`: at least so many elements, all of them literals, and no holes. */
const literals = guard({
  name: 'literals',
  value: z.record(z.string(), z.number()),
  check: ({ captures, syntax, tree }, wanted) => {
    for (const [name, least] of Object.entries(wanted)) {
      const open = captures(name).find((node) => syntax.isDense && !syntax.isDense(node, tree.root));
      if (open) return { reason: 'may-have-holes', message: `\`${shortened(open.text())}\` has holes` };
      const elementsOf = captures(name).flatMap((node) => node.children().filter((child) => child.isNamed()));
      const values = elementsOf.filter((node) => !syntax.commentKinds.has(kindOf(node)));
      if (values.length < least) return { reason: 'too-small', message: `fewer than ${least} elements do not pay` };
      const other = values.find((node) => !syntax.literalKinds.has(kindOf(node)));
      if (other) return { reason: 'not-literal', message: `\`${shortened(other.text())}\` is no literal` };
    }
    return undefined;
  },
});

/** `builds: true`: the object that the match makes of literals can be made, and always is the same. */
const builds = guard({
  name: 'builds',
  value: z.literal(true),
  check: ({ match, syntax }) => {
    if (!syntax.buildProblem) return unsupported('builds');
    const problem = syntax.buildProblem(match);
    return problem === undefined ? undefined : { reason: 'not-constant', message: problem };
  },
});

/** Guards about what happens to values while the program runs. */
export const FLOW_GUARDS: readonly Guard[] = [
  still,
  dense,
  skippable,
  filled,
  visitor,
  readOnlyUse,
  trivial,
  freeAround,
  leveled,
  elements,
  literals,
  takesUndefined,
  builds,
];
