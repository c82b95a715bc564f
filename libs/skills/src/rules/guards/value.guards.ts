import { z } from 'zod';
import { endOf, kindOf, startOf } from '../../syntax/source.tree.js';
import { guard, shortened, variables, type Guard, type GuardContext, type GuardRefusal } from './guard.js';
import { baseName, isWithin, loopAround, scopeNode, variableNames } from './scopes.js';

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

/**
 * `unused-after: { names: [X], in: function }`: the variables are not read once the match has run: behind it, in the next round of a loop
 * around it, in another function that sees them, or under the name of an outer scope.
 */
const unusedAfter = guard({
  name: 'unused-after',
  value: z.strictObject({ names: variables, in: scope.default('function') }),
  check: (context, { names, in: where }) =>
    firstRefusal(names.flatMap(context.captures).flatMap(variableNames), (name) => {
      const { match, syntax } = context;
      const again = outermostLoop(context);
      const later = syntax
        .occurrencesOf(scopeNode(context, where), name)
        .filter((use) => !isWithin(use, match))
        .some(
          (use) =>
            startOf(use) >= endOf(match) ||
            (again !== undefined && isWithin(use, again)) ||
            isBeyond(use, context) ||
            syntax.isShared?.(use),
        );
      return later ? { reason: 'used-later', message: `\`${name}\` is used behind it` } : undefined;
    }),
});

/** The outermost loop of the function around that runs the match again. */
function outermostLoop({ match, syntax }: GuardContext): GuardContext['match'] | undefined {
  let outermost: GuardContext['match'] | undefined;
  for (let loop = loopAround({ match, syntax }); loop; loop = loopAround({ match: loop, syntax })) outermost = loop;
  return outermost;
}

/** Whether a use of a name in the function around belongs to another function, which may run at any time. */
function isBeyond(use: GuardContext['match'], context: GuardContext): boolean {
  const own = scopeNode(context, 'function');
  const around = use.ancestors().find((node) => context.syntax.functionKinds.has(kindOf(node)));
  return around !== undefined && around.id() !== own.id();
}

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
    if (syntax.isBindingOrWrite(use)) return `\`${name}\` is written at line ${lineOf(use)}`;
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

/** `local: [X]`: plain variables or parameters of the function around, which no other code can read or write while it runs. */
const local = guard({
  name: 'local',
  value: variables,
  check: (context, names) =>
    firstRefusal(names.flatMap(context.captures), (node) => {
      const { syntax, tree } = context;
      const around = scopeNode(context, 'function');
      const uses = syntax.occurrencesOf(around, node.text());
      const name = shortened(node.text());
      if (around.id() === tree.root.id() || !uses.some((use) => syntax.isDeclaration(use)))
        return { reason: 'not-local', message: `\`${name}\` is not declared in the function` };
      const shared = uses.find((use) => isBeyond(use, context) || syntax.isShared?.(use));
      return shared && { reason: 'not-local', message: `other code reaches \`${name}\` at line ${lineOf(shared)}` };
    }),
});

function lineOf(node: GuardContext['match']): number {
  return node.range().start.line + 1;
}

/** Guards about values and variables. */
export const VALUE_GUARDS: readonly Guard[] = [pure, literal, type, unused, unusedAfter, unchanged, local];
