import { HeadroomError, messageOf } from '@headroom/contracts';
import { JsonCheck } from './json.check.js';

/** One call frame of a V8 CPU profile. Line and column are 0-based, −1 where V8 has none. */
export interface CpuProfileCallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** One node of the call tree of a V8 CPU profile. */
export interface CpuProfileNode {
  readonly id: number;
  readonly callFrame: CpuProfileCallFrame;
  readonly children: readonly number[];
  /** How many samples hit which 1-based line of the file that was run. */
  readonly positionTicks: readonly { readonly line: number; readonly ticks: number }[];
}

/**
 * A V8 CPU profile, as `node --cpu-prof` and the inspector's `Profiler.stop` write it (Chrome DevTools Protocol, `Profiler.Profile`).
 * Times are microseconds.
 */
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  /** Node id of each sample. */
  readonly samples: readonly number[];
  /** Time between a sample and the one before it; the first counts from `startTime`. */
  readonly timeDeltas: readonly number[];
}

/** Options of {@link parseCpuProfile}. */
export interface ParseCpuProfileOptions {
  /** What to call the profile in a refusal, such as its file name. @default 'the profile' */
  readonly name?: string;
}

/**
 * Validates a `.cpuprofile`: its JSON text, its bytes, or the parsed value.
 * Throws `HEADROOM_PROFILE_INVALID` with the JSON path of the first fault in message and `details` (`{path, reason}`).
 * Fields that are not used here are ignored.
 */
export function parseCpuProfile(input: unknown, options: ParseCpuProfileOptions = {}): CpuProfile {
  const name = options.name ?? 'the profile';
  const check = new JsonCheck(
    (path, reason, cause) =>
      new HeadroomError(
        `${name} is not a V8 CPU profile: ${path} ${reason}. Record one with "node --cpu-prof" or the inspector.`,
        { code: 'HEADROOM_PROFILE_INVALID', cause, details: { path, reason } },
      ),
  );
  const root = check.object(readJson(input, check), '$');
  const nodes = check.array(root['nodes'], '$.nodes').map((node, index) => readNode(check, node, `$.nodes[${index}]`));
  checkTree(check, nodes);
  const samples = readSamples(check, root['samples'], nodes);
  const timeDeltas = readTimeDeltas(check, root['timeDeltas'], samples.length);
  const startTime = check.number(root['startTime'], '$.startTime');
  const endTime = check.number(root['endTime'], '$.endTime');
  if (endTime < startTime) check.fail('$.endTime', `lies before startTime (${endTime} < ${startTime})`);
  return { nodes, startTime, endTime, samples, timeDeltas };
}

function readJson(input: unknown, check: JsonCheck): unknown {
  if (typeof input !== 'string' && !(input instanceof Uint8Array)) return input;
  const text = typeof input === 'string' ? input : new TextDecoder().decode(input);
  if (text.trim() === '') check.fail('$', 'is empty');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return check.fail('$', `is not JSON: ${messageOf(error)}`, error);
  }
}

function readNode(check: JsonCheck, value: unknown, path: string): CpuProfileNode {
  const node = check.object(value, path);
  const frame = check.object(node['callFrame'], `${path}.callFrame`);
  return {
    id: check.integer(node['id'], `${path}.id`),
    callFrame: {
      functionName: check.string(frame['functionName'], `${path}.callFrame.functionName`),
      url: check.string(frame['url'], `${path}.callFrame.url`),
      lineNumber: check.integer(frame['lineNumber'], `${path}.callFrame.lineNumber`),
      columnNumber: check.integer(frame['columnNumber'], `${path}.callFrame.columnNumber`),
    },
    children: check
      .optionalArray(node['children'], `${path}.children`)
      .map((child, index) => check.integer(child, `${path}.children[${index}]`)),
    positionTicks: check
      .optionalArray(node['positionTicks'], `${path}.positionTicks`)
      .map((tick, index) => readTick(check, tick, `${path}.positionTicks[${index}]`)),
  };
}

function readTick(check: JsonCheck, value: unknown, path: string): { line: number; ticks: number } {
  const tick = check.object(value, path);
  return { line: check.integer(tick['line'], `${path}.line`), ticks: check.amount(tick['ticks'], `${path}.ticks`) };
}

/** Every child exists, no node has two parents, and nothing is its own ancestor. */
function checkTree(check: JsonCheck, nodes: readonly CpuProfileNode[]): void {
  if (nodes.length === 0) check.fail('$.nodes', 'is empty');
  const byId = new Map<number, CpuProfileNode>();
  for (const [index, node] of nodes.entries()) {
    if (byId.has(node.id)) check.fail(`$.nodes[${index}].id`, `repeats the id ${node.id}`);
    byId.set(node.id, node);
  }
  const children = new Set<number>();
  for (const [index, node] of nodes.entries()) {
    for (const [position, child] of node.children.entries()) {
      const path = `$.nodes[${index}].children[${position}]`;
      if (!byId.has(child)) check.fail(path, `names the node ${child}, which does not exist`);
      if (children.has(child)) check.fail(path, `gives the node ${child} a second parent`);
      children.add(child);
    }
  }
  checkReachable(check, nodes, byId, children);
}

// With one parent each at most, a node that no root reaches lies on a cycle or below one.
function checkReachable(
  check: JsonCheck,
  nodes: readonly CpuProfileNode[],
  byId: ReadonlyMap<number, CpuProfileNode>,
  children: ReadonlySet<number>,
): void {
  const stack = nodes.filter((node) => !children.has(node.id));
  let reached = 0;
  for (let node = stack.pop(); node; node = stack.pop()) {
    reached++;
    for (const child of node.children) stack.push(byId.get(child)!);
  }
  if (reached !== nodes.length) check.fail('$.nodes', 'holds a cycle of children');
}

function readSamples(check: JsonCheck, value: unknown, nodes: readonly CpuProfileNode[]): number[] {
  const ids = new Set(nodes.map((node) => node.id));
  const samples = check.array(value, '$.samples').map((sample, index) => {
    const id = check.integer(sample, `$.samples[${index}]`);
    if (!ids.has(id)) check.fail(`$.samples[${index}]`, `names the node ${id}, which does not exist`);
    return id;
  });
  if (samples.length === 0) check.fail('$.samples', 'is empty: the profile says nothing; record for longer');
  return samples;
}

function readTimeDeltas(check: JsonCheck, value: unknown, expected: number): number[] {
  const deltas = check
    .array(value, '$.timeDeltas')
    .map((delta, index) => check.number(delta, `$.timeDeltas[${index}]`));
  if (deltas.length !== expected) {
    check.fail('$.timeDeltas', `must be as long as samples (${expected}), found ${deltas.length}`);
  }
  return deltas;
}
