import { NativeFrames, type NamedFrame, type NativeFrame } from './native.frames.js';
import type { NativeSymbols } from './native.symbols.js';
import type { PathMapper } from './path.map.js';
import { MAX_UNMAPPED_FILES, type StackFrame, type Stacks } from './stacks.js';
import { StacksBuilder } from './stacks.builder.js';

/** Collects the stacks of a profile of a native profiler. */
export class NativeStacks {
  readonly problems: string[] = [];
  readonly #frames: NativeFrames;
  readonly #builder = new StacksBuilder();
  readonly #unmapped = new Set<string>();
  #unmappedUs = 0;
  #unlocatedUs = 0;
  #weightUs = 0;

  constructor(mapper: PathMapper, firstParty: readonly string[], symbols: NativeSymbols) {
    this.#frames = new NativeFrames(mapper, firstParty, symbols);
  }

  /** Identity of a frame. */
  named(frame: NativeFrame): NamedFrame {
    return this.#frames.name(frame);
  }

  /** Adds microseconds to a stack, root first; `line` is the 1-based line of the last frame. */
  add(named: readonly NamedFrame[], weightUs: number, samples: number, line = 0): void {
    const stack: StackFrame[] = [];
    for (const { frame, folded } of named) if (!folded || stack.at(-1)?.id !== frame.id) stack.push(frame);
    const leaf = named.at(-1);
    if (!leaf) return;
    this.#builder.stack(stack, weightUs, samples);
    this.#weightUs += weightUs;
    if (leaf.frame.origin === 'first-party') {
      if (line > 0) this.#builder.line(leaf.frame.id, line, weightUs);
      else this.#unlocatedUs += weightUs;
    }
    if (leaf.unmappedFile === undefined) return;
    this.#unmappedUs += weightUs;
    this.#unmapped.add(leaf.unmappedFile);
  }

  get weightUs(): number {
    return this.#weightUs;
  }

  build(durationUs: number): Stacks {
    return this.#builder.build({
      durationUs,
      idleUs: 0,
      unlocatedUs: this.#unlocatedUs,
      unmappedUs: this.#unmappedUs,
      unmappedFiles: [...this.#unmapped].sort().slice(0, MAX_UNMAPPED_FILES),
      problems: this.problems,
    });
  }
}
