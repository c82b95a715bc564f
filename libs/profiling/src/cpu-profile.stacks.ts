import { parseCpuProfile, type CpuProfile, type CpuProfileNode } from './cpu-profile.js';
import { weighSamples } from './cpu-profile.weights.js';
import { FrameResolver, type ResolvedFrame } from './frame.resolver.js';
import { createPathMapper, type PathMap } from './path.map.js';
import { SourceFiles, type ReadSource } from './source.files.js';
import { MAX_PROBLEMS, MAX_UNMAPPED_FILES, type StackFrame, type Stacks } from './stacks.js';
import { StacksBuilder } from './stacks.builder.js';

/** Options of {@link stacksFromCpuProfile}. */
export interface CpuProfileStacksOptions {
  /** Where the process's files lie in the repository. Files outside it are not first-party. */
  readonly pathMap: PathMap;
  /** Reads sources, generated files and source maps by repository-relative path. */
  readonly readSource: ReadSource;
  /** What to call the profile in a refusal. @default 'the profile' */
  readonly name?: string;
}

/**
 * Turns a V8 CPU profile into weighted stacks with qualified names. `(idle)` is left out and counted in `idleUs`; `(program)` and
 * `(garbage collector)` stay as runtime frames. A frame without a name folds into the named function around it, and merges with
 * that function's frame where it lies directly below. Weights: see `weighSamples`.
 * Throws `HEADROOM_PROFILE_INVALID` for a profile that is none and `HEADROOM_PATH_MAP_INVALID` for a bad path map.
 */
export function stacksFromCpuProfile(input: unknown, options: CpuProfileStacksOptions): Stacks {
  const profile = parseCpuProfile(input, { name: options.name });
  const mapper = createPathMapper(options.pathMap);
  const files = new SourceFiles(options.readSource, mapper);
  const resolver = new FrameResolver(files, mapper);
  const { byNode, durationUs } = weighSamples(profile);
  const builder = new StacksBuilder();
  const tree = new CallTree(profile, resolver);
  const unmapped = new Set<string>();
  let [idleUs, unlocatedUs, unmappedUs] = [0, 0, 0];
  for (const node of profile.nodes) {
    const own = byNode.get(node.id);
    if (!own) continue;
    if (isEngineNode(node, '(idle)')) {
      idleUs += own.weight;
      continue;
    }
    const resolved = tree.resolved(node);
    builder.stack(tree.stackOf(node), own.weight, own.samples);
    unlocatedUs += addLines(builder, node, resolved, own.weight);
    if (resolved.unmappedFile === undefined) continue;
    unmappedUs += own.weight;
    unmapped.add(resolved.unmappedFile);
  }
  return builder.build({
    durationUs,
    idleUs,
    unlocatedUs,
    unmappedUs,
    unmappedFiles: [...unmapped].sort().slice(0, MAX_UNMAPPED_FILES),
    problems: files.problems.slice(0, MAX_PROBLEMS),
  });
}

/** The call tree of a profile with each node's frame resolved once. */
class CallTree {
  readonly #resolver: FrameResolver;
  readonly #parents = new Map<number, CpuProfileNode>();
  readonly #resolved = new Map<string, ResolvedFrame>();

  constructor(profile: CpuProfile, resolver: FrameResolver) {
    this.#resolver = resolver;
    for (const node of profile.nodes) for (const child of node.children) this.#parents.set(child, node);
  }

  resolved(node: CpuProfileNode): ResolvedFrame {
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    const key = `${lineNumber}:${columnNumber}:${url}\n${functionName}`;
    const known = this.#resolved.get(key) ?? this.#resolver.resolve(node.callFrame);
    this.#resolved.set(key, known);
    return known;
  }

  /** Frames from the root to a node, without the engine's `(root)`, folded frames merged into their function's. */
  stackOf(leaf: CpuProfileNode): StackFrame[] {
    const path: CpuProfileNode[] = [];
    for (let node: CpuProfileNode | undefined = leaf; node; node = this.#parents.get(node.id)) path.unshift(node);
    const stack: StackFrame[] = [];
    for (const node of path) {
      // A sample in the root itself stays visible: time is never dropped.
      if (node !== leaf && isEngineNode(node, '(root)')) continue;
      const { frame, folded } = this.resolved(node);
      if (!folded || stack.at(-1)?.id !== frame.id) stack.push(frame);
    }
    return stack;
  }
}

function isEngineNode(node: CpuProfileNode, name: string): boolean {
  return node.callFrame.url === '' && node.callFrame.functionName === name;
}

/** Shares a node's own time among its lines by their sample counts. Returns the time that no line could be named for. */
function addLines(builder: StacksBuilder, node: CpuProfileNode, resolved: ResolvedFrame, weight: number): number {
  if (resolved.frame.origin !== 'first-party') return 0;
  const ticks = node.positionTicks.reduce((sum, tick) => sum + tick.ticks, 0);
  let unlocated = weight;
  for (const tick of node.positionTicks) {
    const line = resolved.lineOf(tick.line);
    if (line === undefined || tick.ticks === 0) continue;
    const share = (weight * tick.ticks) / ticks;
    builder.line(resolved.frame.id, line, share);
    unlocated -= share;
  }
  // What rounding leaves of a fully located node is not a finding about its lines.
  return Math.max(0, Math.round(unlocated * 1000) / 1000);
}
