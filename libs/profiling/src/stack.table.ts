import type { StackList, WeightedStack } from './stacks.js';

/** Most that an arena may grow to, in bytes; only what is written takes memory. */
const MAX_ARENA = 2 ** 31;
const FIRST_SLOTS = 1 << 10;

/** A list of 32-bit numbers that grows in place. */
class Arena {
  readonly #buffer = new ArrayBuffer(1 << 16, { maxByteLength: MAX_ARENA });
  /** Follows the buffer. */
  readonly numbers = new Uint32Array(this.#buffer);
  length = 0;

  /** Makes room for more numbers. */
  reserve(count: number): void {
    const wanted = (this.length + count) * 4;
    if (wanted > this.#buffer.byteLength) {
      this.#buffer.resize(Math.min(MAX_ARENA, Math.max(wanted, Math.ceil(this.#buffer.byteLength * 1.5))));
    }
  }
}

/**
 * Distinct stacks with their sums in flat memory: four bytes a frame, whatever their number. An object for each would take ten times as
 * much in a profile of many stacks.
 */
export class StackTable {
  readonly #frames = new Arena();
  /** Where each stack begins in the frames; one more for where the last one ends. */
  readonly #begins = new Arena();
  #weights = new Float64Array(FIRST_SLOTS);
  #samples = new Float64Array(FIRST_SLOTS);
  /** Hash → number of a stack + 1; 0 is a free place. */
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  #count = 0;

  constructor() {
    this.#begins.length = 1;
  }

  get length(): number {
    return this.#count;
  }

  /** Adds to a stack, root first, and makes it where it is new. */
  add(frames: readonly number[], weight: number, samples: number): void {
    const { numbers, length: begin } = this.#place(frames);
    const end = begin + frames.length;
    let slot = hashOf(numbers, begin, end) & (this.#slots.length - 1);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const known = this.#slots[slot]! - 1;
      if (!this.#isAt(known, begin, end)) continue;
      this.#weights[known]! += weight;
      this.#samples[known]! += samples;
      return;
    }
    this.#frames.length = end;
    this.#slots[slot] = this.#append(end, weight, samples) + 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
  }

  /** Writes the frames behind the last stack, where they stay if they are new. */
  #place(frames: readonly number[]): Arena {
    this.#frames.reserve(frames.length);
    for (const [index, frame] of frames.entries()) this.#frames.numbers[this.#frames.length + index] = frame;
    return this.#frames;
  }

  #isAt(stack: number, begin: number, end: number): boolean {
    const own = this.#begins.numbers[stack]!;
    if (this.#begins.numbers[stack + 1]! - own !== end - begin) return false;
    const { numbers } = this.#frames;
    for (let index = 0; index < end - begin; index += 1) {
      if (numbers[own + index] !== numbers[begin + index]) return false;
    }
    return true;
  }

  #append(end: number, weight: number, samples: number): number {
    const stack = this.#count;
    if (stack === this.#weights.length) {
      this.#weights = grown(this.#weights);
      this.#samples = grown(this.#samples);
    }
    this.#weights[stack] = weight;
    this.#samples[stack] = samples;
    this.#begins.reserve(1);
    this.#begins.numbers[stack + 1] = end;
    this.#begins.length = stack + 2;
    this.#count += 1;
    return stack;
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const { numbers } = this.#begins;
    for (let stack = 0; stack < this.#count; stack += 1) {
      let slot = hashOf(this.#frames.numbers, numbers[stack]!, numbers[stack + 1]!) & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = stack + 1;
    }
  }

  /**
   * The stacks with their frames renumbered, in the order of their frames. The table is used up: its memory is theirs.
   * @param places number of a frame → its new one
   */
  ordered(places: Uint32Array): StackList {
    const { numbers: frames, length } = this.#frames;
    for (let index = 0; index < length; index += 1) frames[index] = places[frames[index]!]!;
    const begins = this.#begins.numbers;
    this.#slots = new Uint32Array(0);
    const order = Uint32Array.from({ length: this.#count }, (_, stack) => stack).sort((a, b) => {
      const [first, second] = [begins[a]!, begins[b]!];
      const [sizeA, sizeB] = [begins[a + 1]! - first, begins[b + 1]! - second];
      for (let index = 0; index < Math.min(sizeA, sizeB); index += 1) {
        const difference = frames[first + index]! - frames[second + index]!;
        if (difference !== 0) return difference;
      }
      return sizeA - sizeB;
    });
    const [weights, samples] = [this.#weights, this.#samples];
    const at = (stack: number): WeightedStack => {
      const own: number[] = [];
      for (let index = begins[stack]!; index < begins[stack + 1]!; index += 1) own.push(frames[index]!);
      return { frames: own, weight: weights[stack]!, samples: samples[stack]! };
    };
    return new OrderedStacks(order, at);
  }
}

class OrderedStacks implements StackList {
  readonly #order: Uint32Array;
  readonly #at: (stack: number) => WeightedStack;

  constructor(order: Uint32Array, at: (stack: number) => WeightedStack) {
    this.#order = order;
    this.#at = at;
  }

  get length(): number {
    return this.#order.length;
  }

  *[Symbol.iterator](): IterableIterator<WeightedStack> {
    for (const stack of this.#order) yield this.#at(stack);
  }

  toJSON(): WeightedStack[] {
    return [...this];
  }
}

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const next = new Float64Array(Math.ceil(values.length * 1.5));
  next.set(values);
  return next;
}

/** FNV-1a over the numbers of a stretch, mixed at the end: neighbouring slots must not fill up together. */
function hashOf(numbers: Uint32Array, begin: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = begin; index < end; index += 1) hash = Math.imul(hash ^ numbers[index]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
