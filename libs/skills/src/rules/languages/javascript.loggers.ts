import type { SgNode } from '@ast-grep/napi';
import { declarationOf } from '../../syntax/bindings.js';
import { argumentsOf, isSame, kindOf, propertyOf, unwrapped } from '../../syntax/source.tree.js';
import { writtenTypeOf } from './javascript.annotations.js';

/** Whether the file shows that a logger has `isLevelEnabled`: it asks it itself, or the logger is one of pino, made or typed here. */
export function hasLevelCheck(logger: SgNode, root: SgNode): boolean {
  const asked = root
    .findAll({ rule: { pattern: '$LOG.isLevelEnabled($LEVEL)' } })
    .flatMap((call) => call.getMatch('LOG') ?? []);
  return asked.some((one) => isSameVariable(one, logger, root)) || isPino(logger, root, 0);
}

/** Whether two accesses written alike start from one variable, or from `this` of one class. */
function isSameVariable(a: SgNode, b: SgNode, root: SgNode): boolean {
  if (a.text() !== b.text()) return false;
  const [first, second] = [a, b].map((node) => {
    const base = baseOf(node);
    if (base.kind() === 'this') return base.ancestors().find((one) => one.kind() === 'class_body');
    return base.kind() === 'identifier' ? (declarationOf(root, base) ?? root) : undefined;
  });
  return isSame(first, second);
}

function baseOf(node: SgNode): SgNode {
  const object = node.field('object');
  return object ? baseOf(object) : node;
}

function isPino(logger: SgNode, root: SgNode, depth: number): boolean {
  const written = writtenTypeOf(logger, root);
  if (written !== undefined) return isImported(written.split('.')[0]!, root) && /(?:^|\.)Logger$/.test(written);
  const declaration = logger.kind() === 'identifier' && depth < 4 ? declarationOf(root, logger) : undefined;
  const value = declaration?.kind() === 'variable_declarator' ? declaration.field('value') : null;
  const isConst = declaration?.parent()?.children()[0]?.kind() === 'const';
  const made = value && isConst ? unwrapped(value) : undefined;
  const callee = made?.kind() === 'call_expression' ? made.field('function') : null;
  if (!callee) return false;
  if (callee.kind() === 'identifier') return isImported(callee.text(), root);
  const parent =
    callee.kind() === 'member_expression' && propertyOf(callee) === 'child' ? callee.field('object') : null;
  return parent !== null && isPino(parent, root, depth + 1);
}

function isImported(name: string, root: SgNode): boolean {
  if (!/^[\w$]+$/.test(name)) return false;
  const imports = root
    .findAll({ rule: { kind: 'import_statement' } })
    .filter((one) => one.field('source')?.text().slice(1, -1) === 'pino');
  const isNamed = imports.some((one) =>
    one.findAll({ rule: { kind: 'identifier' } }).some((identifier) => identifier.text() === name),
  );
  const requires = root.findAll({ rule: { kind: 'variable_declarator' } }).filter((one) => {
    const call = one.field('value');
    return call?.field('function')?.text() === 'require' && argumentsOf(call)[0]?.text().slice(1, -1) === 'pino';
  });
  return (
    isNamed || requires.some((one) => kindOf(one.field('name')) === 'identifier' && one.field('name')!.text() === name)
  );
}
