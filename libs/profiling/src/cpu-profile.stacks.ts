import { parseCpuProfile, type CpuProfile, type CpuProfileNode } from './cpu-profile.js';
import { weighSamples, type NodeWeight } from './cpu-profile.weights.js';
import { FrameResolver, type ResolvedFrame } from './frame.resolver.js';
import { createPathMapper, type PathMap } from './path.map.js';
import { SourceFiles, type ReadSource } from './source.files.js';
import { MAX_PROBLEMS, MAX_UNMAPPED_FILES, type Stacks } from './stacks.js';
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

/** A node of the call tree with the stack that leads to it. */
interface Placed {
  readonly node: CpuProfileNode;
  readonly resolved: ResolvedFrame | undefined;
  readonly ids: readonly string[];
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
  const unmapped = new Set<string>();
  let [idleUs, unlocatedUs, unmappedUs] = [0, 0, 0];
  for (const { node, resolved, ids } of placedNodes(profile, resolver)) {
    const own = byNode.get(node.id);
    if (!own) continue;
    if (!resolved || ids.length === 0) {
      idleUs += own.weight;
      continue;
    }
    builder.stack(ids, own.weight, own.samples);
    unlocatedUs += addLines(builder, node, resolved, own);
    if (resolved.unmappedFile === undefined) continue;
    unmappedUs += own.weight;
    unmapped.add(resolved.unmappedFile);
  }
  return builder.build({
    durationUs, idleUs, unlocatedUs, unmappedUs,
    unmappedFiles: [...unmapped].sort().slice(0, MAX_UNMAPPED_FILES),
    problems: files.problems.slice(0, MAX_PROBLEMS),
  });
}
