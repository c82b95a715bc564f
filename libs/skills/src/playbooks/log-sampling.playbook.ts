import { listSymbols, parseFunctionId } from '@headroom/source';
import type { SgNode } from '@ast-grep/napi';
import { freeName } from '../syntax/bindings.js';
import { argumentsOf, parseTree, propertyOf, unwrapped, type SourceTree } from '../syntax/source.tree.js';
import { layoutOf, moduleInsertion, type TextEdit } from '../syntax/text.layout.js';
import type { PlaybookRule } from '../rules/rule.file.js';
import {
  isLogger,
  isRecordOfAccount,
  logCallOf,
  loggerOf,
  sideEffectOf,
  type LogCall,
  type LogScope,
} from './log-call.js';
import { positionOf, type CallPosition } from './log-call.position.js';
import { guardedCall } from './log-sampling.edit.js';
import { OwnLoggers } from './own.loggers.js';
import { frameAt, framesOf, namedCallees, type Frames } from './frames.js';
import {
  abstain,
  MAX_SITES,
  type Playbook,
  type PlaybookAbstention,
  type PlaybookFact,
  type PlaybookInput,
  type PlaybookRewrite,
  type RewrittenFile,
} from './playbook.js';

/** One record of this many is written, the first included. */
export const SAMPLING_INTERVAL = 100;

/** A log call of the root-cause change that can be sampled. */
interface Site {
  readonly tree: SourceTree;
  readonly call: LogCall;
  readonly position: CallPosition;
  /** Name of the function that it is in. */
  readonly frame: string;
}

interface Found {
  readonly sites: Site[];
  readonly refusals: PlaybookAbstention[];
}

/**
 * Samples the trace, debug and info calls that the root-cause change wrote into the frames of a finding: one record in
 * {@link SAMPLING_INTERVAL}, the first included, counted per call. A skipped call skips its arguments, so a call whose arguments
 * could be noticed is refused. The records that remain are unchanged: no sampling rate is added to them.
 */
export const logSamplingPlaybook: Playbook = {
  skill: 'log-sampling',
  rules: ['log-call'],
  rewrite: async (input, rules) => {
    if (!input.suspect) {
      return abstain('no-root-cause', 'No commit is named as the root cause, so no log call can be attributed to it.');
    }
    const rule = rules.get('log-call')!;
    let found = await findSites(input, framesOf(input), rule);
    if (isNothing(found) && (input.grownCallees ?? []).length === 0) found = await findInCallees(input, rule);
    if (found.sites.length > MAX_SITES) {
      return abstain(
        'too-many-sites',
        `The root-cause change wrote ${found.sites.length} log calls, more than ${MAX_SITES}.`,
      );
    }
    if (found.sites.length === 0) return found.refusals[0] ?? noLogCall(input.suspect.commit);
    return rewriteOf(found, input.suspect.commit);
  },
};

function noLogCall(commit: string): PlaybookAbstention {
  const message = `The commit ${commit} wrote no log call of level trace, debug or info in the functions of the finding.`;
  return abstain('no-log-call', message);
}

function isNothing(found: Found): boolean {
  return found.sites.length === 0 && found.refusals.length === 0;
}

async function findInCallees(input: PlaybookInput, rule: PlaybookRule): Promise<Found> {
  const { path, symbol } = parseFunctionId(input.subject);
  const source = await input.readFile(path);
  const tree = source === undefined ? undefined : parseTree(source, path);
  return tree ? findSites(input, namedCallees(tree, symbol), rule) : { sites: [], refusals: [] };
}

async function findSites(input: PlaybookInput, frames: Frames, rule: PlaybookRule): Promise<Found> {
  const sites: Site[] = [];
  const refusals: PlaybookAbstention[] = [];
  for (const [path, lines] of writtenByPath(input)) {
    const names = frames.get(path);
    const source = names && (await input.readFile(path));
    if (!names || source === undefined) continue;
    const tree = parseTree(source, path);
    if (!tree) {
      refusals.push(abstain('source-unreadable', `The syntax of ${path} is not understood everywhere.`));
      continue;
    }
    const calls = callsIn(tree, names, rule);
    const scope = await scopeOf(tree, calls, input);
    for (const { node, frame } of suspectCalls(calls, lines, scope)) {
      const site = siteOf({ node, frame }, tree, scope, rule);
      if (site && 'outcome' in site) refusals.push(site);
      else if (site) sites.push(site);
    }
  }
  return { sites, refusals };
}

function writtenByPath(input: PlaybookInput): [string, ReadonlySet<number>][] {
  const byPath = new Map<string, Set<number>>();
  for (const { path, lines } of input.suspect?.written ?? []) {
    byPath.set(path, new Set([...(byPath.get(path) ?? []), ...lines]));
  }
  return [...byPath].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A call of a method named like a level, and the frame that it is in. */
interface FrameCall {
  readonly node: SgNode;
  readonly frame: string;
}

function callsIn(tree: SourceTree, names: ReadonlySet<string>, rule: PlaybookRule): FrameCall[] {
  const symbols = listSymbols(tree.source, tree.path);
  return tree.root.findAll(rule.config).flatMap((node) => {
    const frame = frameAt(node, symbols, names);
    return frame === undefined ? [] : [{ node, frame }];
  });
}

async function scopeOf(tree: SourceTree, calls: readonly FrameCall[], input: PlaybookInput): Promise<LogScope> {
  const own = new OwnLoggers(input.readFile);
  const loggers = new Set<string>();
  for (const { node } of calls) {
    const logger = loggerOf(node);
    if (logger && !loggers.has(logger.text()) && (await own.holds(logger, tree))) loggers.add(logger.text());
  }
  return { root: tree.root, loggers };
}

/** Log calls whose callee the change wrote; where there is none, those of which it wrote an argument. */
function suspectCalls(calls: readonly FrameCall[], lines: ReadonlySet<number>, scope: LogScope): FrameCall[] {
  const logging = calls.filter(({ node }) => isLogLike(node, scope));
  const put = logging.filter(({ node }) => lines.has(calleeLine(node)));
  return put.length > 0 ? put : logging.filter(({ node }) => linesOf(node).some((line) => lines.has(line)));
}

function isLogLike(node: SgNode, scope: LogScope): boolean {
  const receiver = unwrapped(node.field('function') ?? node).field('object');
  return receiver !== null && receiver !== undefined && isLogger(receiver, scope);
}

function calleeLine(call: SgNode): number {
  return (call.field('function') ?? call).range().end.line + 1;
}

function linesOf(node: SgNode): number[] {
  const { start, end } = node.range();
  return Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + 1 + index);
}

function siteOf(
  { node, frame }: FrameCall,
  tree: SourceTree,
  scope: LogScope,
  rule: PlaybookRule,
): Site | PlaybookAbstention {
  const where = `${tree.path}:${calleeLine(node)}`;
  const call = logCallOf(node, scope);
  if (!call) return abstain('warnings-stay-whole', `The call at ${where} writes warnings or errors, which stay whole.`);
  if (call.level === 'unclear') {
    return abstain('log-level-unclear', `The level of the call at ${where} is only known at run time.`);
  }
  if (isRecordOfAccount(call.receiver)) {
    return abstain('record-of-account', `The logger at ${where} keeps records that must be complete.`);
  }
  if (isSampled(node, rule)) return abstain('already-sampled', `The call at ${where} is sampled already.`);
  const position = positionOf(node, tree.root);
  if (position.kind === 'refused') {
    const why = position.reason === 'result-used' ? 'Its result is used' : 'It is part of a larger expression';
    return abstain(position.reason, `${why}: the log call at ${where} cannot be skipped.`);
  }
  const effect = sideEffectOf(call, tree.root);
  if (effect === undefined) return { tree, call, position, frame };
  return abstain('side-effects', `Skipping the log call at ${where} would also skip \`${shortened(effect)}\`.`);
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** Whether the call stands under a condition that samples. */
function isSampled(call: SgNode, rule: PlaybookRule): boolean {
  const sampling = rule.config.utils?.['sampling-condition'];
  if (!sampling) return false;
  for (const around of call.ancestors()) {
    const condition = around.kind() === 'if_statement' ? around.field('condition') : andLeft(around);
    if (condition?.matches({ rule: sampling }) || condition?.has({ rule: sampling })) return true;
  }
  return false;
}

function andLeft(node: SgNode): SgNode | null {
  return node.kind() === 'binary_expression' && node.field('operator')?.text() === '&&' ? node.field('left') : null;
}

function rewriteOf(found: Found, commit: string): PlaybookRewrite | PlaybookAbstention {
  const files: RewrittenFile[] = [];
  for (const tree of new Set(found.sites.map((site) => site.tree))) {
    const edits = editsOf(
      tree,
      found.sites.filter((site) => site.tree === tree),
    );
    if (!edits)
      return abstain('unsupported-position', `A comment in ${tree.path} stands where the rewrite needs a brace.`);
    files.push({ path: tree.path, source: tree.source, edits });
  }
  const frames = [...new Set(found.sites.map((site) => site.frame))].join(', ');
  const calls = found.sites.length === 1 ? 'a log call' : `${found.sites.length} log calls`;
  return {
    files,
    summary: `Samples ${calls} of ${frames}, 1 record in ${SAMPLING_INTERVAL}.`,
    facts: [...found.sites.map((site) => factOf(site, commit)), ...found.refusals.map((one) => leftAlone(one, commit))],
  };
}

function editsOf(tree: SourceTree, sites: readonly Site[]): TextEdit[] | undefined {
  const layout = layoutOf(tree);
  const taken = new Set<string>();
  const edits: TextEdit[] = [];
  const lines: string[] = [];
  for (const { call, position, frame } of sites) {
    const counter = freeName(tree.root, counterName(frame), taken);
    const condition = `(${counter} = (${counter} + 1) % ${SAMPLING_INTERVAL}) === 1`;
    const edit = guardedCall(position, { tree, layout, condition, call: call.node });
    if (!edit) return undefined;
    edits.push(edit);
    lines.push(
      `// Counts one ${call.level} record of ${frame === '<module>' ? 'this module' : frame}: 1 in ${SAMPLING_INTERVAL} is written, the first included.`,
    );
    lines.push(`let ${counter} = 0${layout.semicolon}`);
  }
  return [moduleInsertion(tree, lines, layout), ...edits];
}

/** `Shop.quote` counts in `quoteLogCount`. */
function counterName(frame: string): string {
  const words = (frame.split('.').at(-1) ?? '').split(/[^\p{ID_Continue}$]+/u).filter((word) => word !== '');
  const name = words.map((word, index) => (index === 0 ? lowerFirst(word) : upperFirst(word))).join('');
  return /^[\p{ID_Start}$_]/u.test(name) && name !== 'module' ? `${name.replace(/Log$/, '')}LogCount` : 'logCount';
}

function lowerFirst(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function factOf({ tree, call, frame }: Site, commit: string): PlaybookFact {
  const callee = unwrapped(call.node.field('function') ?? call.node);
  const count = argumentsOf(call.node).length;
  return {
    text:
      `The root-cause change wrote the ${call.level} record of ${frame} (${propertyOf(callee)}, ${count} ` +
      `argument${count === 1 ? '' : 's'}); evaluating its arguments has no side effect that a syntactic check can see.`,
    evidence: [commit, `${tree.path}:${calleeLine(call.node)}`],
  };
}

function leftAlone(refusal: PlaybookAbstention, commit: string): PlaybookFact {
  return { text: `One log call was left alone (${refusal.reason}). ${refusal.message}`, evidence: [commit] };
}
