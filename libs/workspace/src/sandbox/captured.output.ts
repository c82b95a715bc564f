import type { CapturedOutput } from './sandbox.types.js';

/** Keeps the head and the tail of a stream within a bound and counts the rest. */
export class OutputCapture {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #bytes = 0;

  /** @param keepBytes bytes that are kept of the stream */
  constructor(keepBytes: number) {
    this.#half = Math.max(1, Math.floor(keepBytes / 2));
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = this.#half - this.#headBytes;
    const head = chunk.subarray(0, Math.max(0, room));
    if (head.length > 0) {
      this.#head.push(head);
      this.#headBytes += head.length;
    }
    const rest = chunk.subarray(head.length);
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailBytes += rest.length;
    while (this.#tail.length > 1 && this.#tailBytes - this.#tail[0]!.length >= this.#half) {
      this.#tailBytes -= this.#tail.shift()!.length;
    }
  }

  result(): CapturedOutput {
    const tail = Buffer.concat(this.#tail);
    const kept = tail.subarray(Math.max(0, tail.length - this.#half));
    const left = this.#bytes - this.#headBytes - kept.length;
    const gap = left > 0 ? `\n… ${left} bytes left out …\n` : '';
    // A bound may cut a character in two, so the pieces are decoded apart.
    const text = gap
      ? `${Buffer.concat(this.#head).toString('utf8')}${gap}${kept.toString('utf8')}`
      : Buffer.concat([...this.#head, kept]).toString('utf8');
    return { text, bytes: this.#bytes, truncated: left > 0 };
  }
}
