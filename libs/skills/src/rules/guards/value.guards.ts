import { z } from 'zod';
import { kindOf, startOf } from '../../syntax/source.tree.js';
import { guard, variables, type Guard, type GuardContext, type GuardRefusal } from './guard.js';
import { baseName, isWithin, scopeNode, variableNames } from './scopes.js';

const scope = z.enum(['match', 'loop', 'function', 'file']);

function firstRefusal<One>(
  ones: readonly One[],
  check: (one: One) => GuardRefusal | undefined,
): GuardRefusal | undefined {
  for (const one of ones) {
    const refusal = check(one);
    if (refusal) return refusal;
  }
  return undefined;
}

/** `pure: [K, V]`: evaluating these more or fewer times cannot be noticed. */
const pure = guard({
  name: 'pure',
  value: variables,
  check: ({ captures, syntax, tree }, names) =>
    // What `$$$ARGS` stands for has commas in it.
    firstRefusal(
      names.flatMap(captures).filter((one) => one.isNamed() && !syntax.commentKinds.has(kindOf(one))),
      (node) => {
        const offender = syntax.sideEffectIn(node, tree.root);
        return offender === undefined
          ? undefined
          : { reason: 'side-effects', message: `evaluating \`${shortened(offender)}\` could be noticed` };
      },
    ),
});

/** `literal: X`: the value is fixed when the program is written. */
const literal = guard({
  name: 'literal',
  value: variables,
  check: ({ captures, syntax }, names) =>
    firstRefusal(names.flatMap(captures), (node) =>
      syntax.literalKinds.has(String(node.kind()))
        ? undefined
        : { reason: 'not-literal', message: `\`${shortened(node.text())}\` is no literal` },
    ),
});

/** `type: { XS: array }`: the file itself shows what the value is. Several may be given with `|`. */
const type = guard({
  name: 'type',
  value: z.record(z.string(), z.string()),
  check: ({ captures, syntax, tree }, wanted) =>
    firstRefusal(Object.entries(wanted), ([name, types]) =>
      firstRefusal(captures(name), (node) => {
        const found = syntax.typeOf(node, tree.root);
        if (found !== undefined && types.split('|').includes(found)) return undefined;
        const what = found === undefined ? 'the file does not show its type' : `it is a ${found}`;
        return {
          reason: 'type-unknown',
          message: `\`${shortened(node.text())}\` must be a ${types.replaceAll('|', ' or ')}, and ${what}`,
        };
      }),
    ),
});

/** `unused: { names: [ACC], in: [K, V] }`: the named variables do not occur there. */
const unused = guard({
  name: 'unused',
  value: z.strictObject({ names: variables, in: variables }),
  check: ({ captures, syntax }, { names, in: places }) =>
    firstRefusal(names.flatMap(captures).flatMap(variableNames), (name) =>
      places.flatMap(captures).some((place) => syntax.occurrencesOf(place, name).length > 0)
        ? { reason: 'used-inside', message: `\`${name}\` is used in what stays` }
        : undefined,
    ),
});

/** `unused-after: { names: [X], in: function }`: the variables are not read behind the match. */
const unusedAfter = guard({
  name: 'unused-after',
  value: z.strictObject({ names: variables, in: scope.default('function') }),
  check: (context, { names, in: where }) =>
    firstRefusal(names.flatMap(context.captures).flatMap(variableNames), (name) => {
      const { match } = context;
      const end = match.range().end.index;
      const later = context.syntax.occurrencesOf(scopeNode(context, where), name).some((use) => startOf(use) >= end);
      return later ? { reason: 'used-later', message: `\`${name}\` is used behind it` } : undefined;
    }),
});

/**
 * `unchanged: { names: [XS], in: loop }`: the variables keep their value and content there. Nothing assigns them or their parts, calls a
 * method of theirs that may change them, or hands them on.
 */
const unchanged = guard({
  name: 'unchanged',
  value: z.strictObject({ names: variables, in: scope.default('loop') }),
  check: (context, { names, in: where }) =>
    firstRefusal(names.flatMap(context.captures), (captured) => {
      const name = baseName(captured, context);
      if (name === undefined)
        return { reason: 'not-a-variable', message: `\`${shortened(captured.text())}\` is no variable` };
      const change = changeOf(context, name, where);
      return change === undefined ? undefined : { reason: 'changed-meanwhile', message: change };
    }),
});

function changeOf(context: GuardContext, name: string, where: z.infer<typeof scope>): string | undefined {
  const { syntax } = context;
  for (const use of syntax.occurrencesOf(scopeNode(context, where), name)) {
    if (syntax.isBindingOrWrite(use)) return `\`${name}\` is written at line ${use.range().start.line + 1}`;
    const change = changeThrough(context, use);
    if (change !== undefined) return change;
  }
  return undefined;
}

/** What may change a variable through one of its uses, or through a member of it. */
function changeThrough(context: GuardContext, use: GuardContext['match']): string | undefined {
  const { syntax } = context;
  for (let access = use; ;) {
    if (syntax.isWritten(access)) return `\`${shortened(access.text())}\` is written`;
    const called = syntax.receiverCall(access);
    if (called) {
      return syntax.readingMethods.has(called.method)
        ? undefined
        : `\`${shortened(called.call.text())}\` may change it`;
    }
    const parent = access.parent();
    if (!parent) return undefined;
    if (syntax.memberParts(parent)?.object.id() !== access.id()) {
      const text = shortened(access.text());
      if (syntax.keepingKinds.has(kindOf(parent)) && !isWithin(parent, context.match))
        return `\`${text}\` is kept elsewhere`;
      const call = handedTo(context, access, parent);
      return call === undefined ? undefined : `\`${shortened(call)}\` is given \`${text}\``;
    }
    access = parent;
  }
}

/** The call that gets a value as an argument and is not known to leave it alone. */
function handedTo(
  { syntax, match }: GuardContext,
  node: { id(): number; text(): string },
  parent: GuardContext['match'],
): string | undefined {
  const call = [parent, parent.parent()].find(
    (one) => one && syntax.callParts(one)?.args.some((arg) => arg.id() === node.id()),
  );
  if (!call || isWithin(call, match)) return undefined;
  const callee = syntax.callParts(call)!.callee.text();
  return syntax.readingFunctions.has(callee) ? undefined : call.text();
}

/** `local: [X]`: plain variables or parameters of the function around. */
const local = guard({
  name: 'local',
  value: variables,
  check: (context, names) =>
    firstRefusal(names.flatMap(context.captures), (node) => {
      const { syntax } = context;
      const around = scopeNode(context, 'function');
      const isLocal = syntax.occurrencesOf(around, node.text()).some((use) => syntax.isDeclaration(use));
      return isLocal
        ? undefined
        : { reason: 'not-local', message: `\`${shortened(node.text())}\` is not declared in the function` };
    }),
});

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

/** Guards about values and variables. */
export const VALUE_GUARDS: readonly Guard[] = [pure, literal, type, unused, unusedAfter, unchanged, local];
