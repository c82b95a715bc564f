import type { SgNode } from '@ast-grep/napi';
import { boundNames, declarationOf } from '../syntax/bindings.js';
import { sideEffectIn } from '../syntax/purity.js';
import { argumentsOf, kindOf, propertyOf, unwrapped } from '../syntax/source.tree.js';
import { wordSet } from '../syntax/word.set.js';

/** Levels whose records may become fewer. */
export type SampledLevel = 'trace' | 'debug' | 'info';

/** A call that writes a log record. */
export type LogCall =
  | { readonly node: SgNode; readonly level: SampledLevel; readonly receiver: SgNode }
  /** The level is only known at run time: it may be a warning. */
  | { readonly node: SgNode; readonly level: 'unclear'; readonly receiver: SgNode };

/** Names of levels of common loggers, so that `log('warn', …)` is told from `log('warning lights are on')`. */
const LEVEL_NAMES: ReadonlySet<string> = wordSet(
  'silly trace debug verbose info http notice warn warning error fatal',
  'emerg alert crit critical help data prompt input silent',
);

/** What the levels of common loggers below a warning amount to. */
const SAMPLED: Readonly<Record<string, SampledLevel>> = {
  silly: 'trace',
  trace: 'trace',
  verbose: 'debug',
  debug: 'debug',
  info: 'info',
};

/** Where a log call is looked for. */
export interface LogScope {
  readonly root: SgNode;
  /** Texts of receivers that are loggers of the repository's own, such as `this.scribe`. */
  readonly loggers: ReadonlySet<string>;
}

/** Modules whose exports are loggers. */
const LOGGER_MODULE =
  /^(?:pino|winston|bunyan|loglevel|consola|log4js|signale|tslog|roarr)$|(?:^|[/-])log(?:ger|ging|s)?(?:\.[cm]?[jt]s)?$/;

/**
 * Reads a call as a log call of level trace, debug or info. Undefined for anything else: other calls, and warnings and errors.
 * Known forms: `log.info(…)`, `this.logger.child({…}).debug(…)`, `req.log?.info(…)`, `console.log(…)`,
 * `logger.log('info', …)` and `logger.log({ level: 'info' })` as in winston, `logger.log('text')` as in Nest,
 * `scribe.info(…)` where a class of the repository declares the methods of a logger.
 */
export function logCallOf(node: SgNode, scope: LogScope): LogCall | undefined {
  const callee = unwrapped(node.field('function') ?? node);
  const receiver = callee.field('object');
  const method = propertyOf(callee);
  if (!receiver || method === undefined || !isLogger(receiver, scope)) return undefined;
  const level = method === 'log' ? levelOfLog(node, receiver) : method;
  if (level === 'unclear') return { node, level, receiver };
  const sampled = Object.hasOwn(SAMPLED, level) ? SAMPLED[level] : undefined;
  return sampled && { node, level: sampled, receiver };
}

/** Level of `x.log(…)`, where loggers differ: some take the level first, some the text. */
function levelOfLog(call: SgNode, receiver: SgNode): string {
  if (/(?:^|\.)console$/.test(unwrapped(receiver).text())) return 'info';
  const [first] = argumentsOf(call);
  switch (kindOf(first)) {
    case 'string': {
      const text = first!.text().slice(1, -1);
      return LEVEL_NAMES.has(text.toLowerCase()) ? text : 'info';
    }
    case 'template_string':
      return /\s/.test(first!.text()) ? 'info' : 'unclear';
    case 'object':
      return levelField(first!) ?? 'unclear';
    default:
      return 'unclear';
  }
}

function levelField(object: SgNode): string | undefined {
  const pairs = object.children().filter((child) => child.kind() === 'pair');
  const value = pairs.find((pair) => /^['"]?level['"]?$/.test(pair.field('key')?.text() ?? ''))?.field('value');
  return value?.kind() === 'string' ? value.text().slice(1, -1) : undefined;
}

/** Whether an expression is a logger, judged by its name, by what declares it, or by its being `console`. */
export function isLogger(expression: SgNode, scope: LogScope): boolean {
  const node = unwrapped(expression);
  const { root } = scope;
  if (scope.loggers.has(node.text())) return true;
  switch (kindOf(node)) {
    case 'identifier':
      return isLoggerName(node.text()) || isConsole(node, root) || isDeclaredLogger(node, scope);
    case 'member_expression':
    case 'subscript_expression': {
      const property = propertyOf(node);
      return property !== undefined && (isLoggerName(property) || property === 'console');
    }
    case 'call_expression':
      return makesLogger(node, scope);
    default:
      return false;
  }
}

function isConsole(node: SgNode, root: SgNode): boolean {
  return node.text() === 'console' && !boundNames(root).has('console');
}

function makesLogger(call: SgNode, scope: LogScope): boolean {
  const callee = unwrapped(call.field('function') ?? call);
  if (callee.kind() === 'identifier') return /^(?:pino|(?:get|create|make|use|child)Logger)$/.test(callee.text());
  const method = propertyOf(callee);
  const receiver = callee.field('object');
  if (method === undefined || !receiver) return false;
  return /^(?:get|create|make|child)Logger$/.test(method) || (method === 'child' && isLogger(receiver, scope));
}

function isDeclaredLogger(name: SgNode, scope: LogScope): boolean {
  const declaration = declarationOf(scope.root, name);
  if (!declaration) return false;
  if (/^(?:import_clause|import_specifier|namespace_import)$/.test(kindOf(declaration))) {
    const statement = declaration.ancestors().find((node) => node.kind() === 'import_statement');
    return LOGGER_MODULE.test(statement?.field('source')?.text().slice(1, -1) ?? '');
  }
  if (/^\s*:\s*(?:\w+\.)?\w*Logger\b/.test(declaration.field('type')?.text() ?? '')) return true;
  const value = declaration.kind() === 'variable_declarator' ? declaration.field('value') : null;
  if (!value) return false;
  const inner = unwrapped(value);
  if (inner.kind() === 'new_expression') return (inner.field('constructor')?.text() ?? '').endsWith('Logger');
  return inner.kind() === 'call_expression' && makesLogger(inner, scope);
}

/** `log`, `logger`, `requestLog`, `LOGGER`, `#log`, but not `catalog`, `dialog` or `changelog`. */
function isLoggerName(name: string): boolean {
  return /^(?:log|logs|logger|logging|winston|pino|bunyan)$/.test(wordsOf(name).at(-1) ?? '');
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Whether the name of a logger says that its records must be complete. */
export function isRecordOfAccount(receiver: SgNode): boolean {
  const kept = ['audit', 'security', 'billing', 'ledger', 'compliance', 'accounting'];
  const names = receiver.text().replaceAll(/\([^]*?\)/g, '');
  return wordsOf(names).some((word) => kept.includes(word));
}

/** The logger that a call is made on, with the child loggers that are made on the way left out. */
export function loggerOf(call: SgNode): SgNode | undefined {
  let receiver = unwrapped(call.field('function') ?? call).field('object');
  while (receiver && unwrapped(receiver).kind() === 'call_expression') {
    const callee = unwrapped(unwrapped(receiver).field('function') ?? receiver);
    if (propertyOf(callee) !== 'child') return undefined;
    receiver = callee.field('object');
  }
  return receiver ? unwrapped(receiver) : undefined;
}

/** First part of a log call, receiver included, whose evaluation could be noticed; see {@link sideEffectIn}. */
export function sideEffectOf(call: LogCall, root: SgNode): string | undefined {
  for (const argument of argumentsOf(call.node)) {
    const found = sideEffectIn(argument, root);
    if (found !== undefined) return found;
  }
  return receiverSideEffect(call.receiver, root);
}

/** Making a child logger, or asking for one by name, is part of writing the record. */
function receiverSideEffect(receiver: SgNode, root: SgNode): string | undefined {
  const node = unwrapped(receiver);
  if (node.kind() !== 'call_expression') return sideEffectIn(node, root);
  const callee = unwrapped(node.field('function') ?? node);
  const method = callee.kind() === 'identifier' ? callee.text() : propertyOf(callee);
  if (method !== 'child' && method !== 'getLogger' && method !== 'childLogger') return node.text();
  for (const argument of argumentsOf(node)) {
    const found = sideEffectIn(argument, root);
    if (found !== undefined) return found;
  }
  const inner = callee.field('object');
  return inner ? receiverSideEffect(inner, root) : undefined;
}
