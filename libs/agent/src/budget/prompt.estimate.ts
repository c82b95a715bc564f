import { estimateTokens } from '@headroom/tools';
import type { ModelRequest, TokenUsage } from '../ports.js';

/** Until the endpoint has said how many tokens it counts: newer tokenizers cut finer than the one the estimate is made for. */
const UNKNOWN = 1.35;
/** The next request may be of text that is cut finer than the one before. */
const KNOWN = 1.2;

/** How many tokens a request has, estimated from above, and the better the more calls have been counted. */
export class PromptEstimate {
  readonly #parts = new WeakMap<object, number>();
  #factor = UNKNOWN;

  tokens(request: ModelRequest): number {
    return Math.ceil(this.#raw(request) * this.#factor);
  }

  /** Learns from what the endpoint counted. */
  counted(request: ModelRequest, { input, cacheRead, cacheWrite }: TokenUsage): void {
    const raw = this.#raw(request);
    const real = input + cacheRead + cacheWrite;
    if (raw > 0 && real > 0) this.#factor = (real / raw) * KNOWN;
  }

  #raw({ tools = [], system = [], messages }: ModelRequest): number {
    const blocks = [
      ...tools,
      ...(typeof system === 'string' ? [{ text: system }] : system),
      ...messages.flatMap(blocksOf),
    ];
    return blocks.reduce((sum, block) => sum + this.#part(block), 0);
  }

  #part(part: object): number {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const tokens = estimateTokens(JSON.stringify(part));
    this.#parts.set(part, tokens);
    return tokens;
  }
}

function blocksOf({ content }: ModelRequest['messages'][number]): object[] {
  return typeof content === 'string' ? [{ content }] : content;
}
