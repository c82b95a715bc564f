import { z } from 'zod';
import { kindOf } from '../../syntax/source.tree.js';
import { guard, variables, type Guard } from './guard.js';
import { loopAround, scopeNode } from './scopes.js';

/** `in-loop: true`: a loop of the same function is around the match. */
const inLoop = guard({
  name: 'in-loop',
  value: z.literal(true),
  check: (context) =>
    loopAround(context) ? undefined : { reason: 'not-in-loop', message: 'no loop of the function is around it' },
});

/** `no-jump: [BODY]`: nothing in it leaves a loop or the function, waits, or throws. Functions inside are their own. */
const noJump = guard({
  name: 'no-jump',
  value: variables,
  check: ({ captures, syntax }, names) => {
    const isJump = (node: ReturnType<typeof captures>[number]): boolean => {
      if (syntax.jumpKinds.has(kindOf(node))) return true;
      if (syntax.functionKinds.has(kindOf(node))) return false;
      return node.children().some(isJump);
    };
    const jumps = names.flatMap(captures).some(isJump);
    return jumps ? { reason: 'leaves-early', message: 'its body can be left early' } : undefined;
  },
});

/** `unshadowed: [len, min]`: the file declares and assigns none of these names of the language. */
const unshadowed = guard({
  name: 'unshadowed',
  value: z.array(z.string()).min(1),
  check: ({ syntax, tree }, names) => {
    const bound = syntax.boundNames(tree.root);
    const shadowed = names.find((name) => bound.has(name));
    return shadowed === undefined
      ? undefined
      : { reason: 'name-shadowed', message: `the file declares or assigns \`${shadowed}\` itself` };
  },
});

/** `imported: { RE: re }`: the name that the variable stands for is this module, as the file imports it. */
const imported = guard({
  name: 'imported',
  value: z.record(z.string(), z.string()),
  check: ({ captures, syntax, tree }, wanted) => {
    const wrong = Object.entries(wanted).find(([name, module]) =>
      captures(name).some((node) => syntax.importedAs(tree.root, module) !== node.text()),
    );
    return wrong ? { reason: 'not-that-module', message: `it is not the module ${wrong[1]}` } : undefined;
  },
});

/** `declared-as: { LOG: '^logging\\.getLogger' }`: the variable has one declaration, whose value fits a regular expression. */
const declaredAs = guard({
  name: 'declared-as',
  value: z.record(z.string(), z.string()),
  check: ({ captures, syntax, tree }, wanted) => {
    const wrong = Object.entries(wanted).find(([name, pattern]) =>
      captures(name).some((node) => {
        const written = syntax.occurrencesOf(tree.root, node.text()).filter((use) => syntax.isBindingOrWrite(use));
        const binding = written.length === 1 ? written[0]!.parent() : undefined;
        const value = binding?.field('value') ?? binding?.field('right');
        return !value || !new RegExp(pattern, 'su').test(value.text());
      }),
    );
    return wrong
      ? { reason: 'declared-otherwise', message: `the file does not declare $${wrong[0]} as what it must be` }
      : undefined;
  },
});

/**
 * `set-to: { S: '^"' }`: each value that the function gives the variable fits a regular expression, and it is no parameter. What only adds
 * to the value (`+=`) is left out.
 */
const setTo = guard({
  name: 'set-to',
  value: z.record(z.string(), z.string()),
  check: (context, wanted) => {
    const { captures, syntax } = context;
    const wrong = Object.entries(wanted).find(([name, pattern]) =>
      captures(name).some((node) => {
        const written = syntax
          .occurrencesOf(scopeNode(context, 'function'), node.text())
          .filter((use) => syntax.isBindingOrWrite(use))
          .map((use) => use.parent());
        return !written.every((binding) => {
          if (binding?.children().some((child) => child.kind() === '+=')) return true;
          const value = binding?.field('value') ?? binding?.field('right');
          return value && new RegExp(pattern, 'su').test(value.text());
        });
      }),
    );
    return wrong
      ? { reason: 'value-unknown', message: `the function does not show what $${wrong[0]} holds before it` }
      : undefined;
  },
});

/** `written-by-cause: true`: the root-cause change wrote a line of the match. */
const writtenByCause = guard({
  name: 'written-by-cause',
  value: z.literal(true),
  check: ({ match, written }) => {
    const { start, end } = match.range();
    for (let line = start.line; line <= end.line; line++) if (written?.has(line + 1)) return undefined;
    return { reason: 'older-code', message: 'the root-cause change did not write it' };
  },
});

/** `text: { S: '^[^{}]*$' }`: the source text fits a regular expression. `not-text` refuses where it does. */
const text = guard({
  name: 'text',
  value: z.record(z.string(), z.string()),
  check: ({ captures }, wanted) => {
    const wrong = Object.entries(wanted).find(([name, pattern]) =>
      captures(name).some((node) => !new RegExp(pattern, 'su').test(node.text())),
    );
    return wrong
      ? { reason: 'text-differs', message: `$${wrong[0]} is not of the form that can be rewritten` }
      : undefined;
  },
});

/** Guards about where a match stands and what surrounds it. */
export const PLACE_GUARDS: readonly Guard[] = [
  inLoop,
  noJump,
  unshadowed,
  imported,
  declaredAs,
  setTo,
  writtenByCause,
  text,
];
