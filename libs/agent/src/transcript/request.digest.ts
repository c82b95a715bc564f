import { canonicalJson, sha256 } from '@headroom/contracts';
import type { ModelRequest } from '../ports.js';

/**
 * Digests of requests that grow: each tool and block is looked at once, however often it is sent again.
 */
export class RequestDigester {
  readonly #known = new WeakMap<object, string>();
  readonly #prepared: (value: unknown) => unknown;

  /** @param prepared what becomes of a part before it is digested. @default nothing */
  constructor(prepared: (value: unknown) => unknown = (value) => value) {
    this.#prepared = prepared;
  }

  digest({ messages, tools = [], system = [], ...rest }: ModelRequest): string {
    return sha256(
      canonicalJson([
        rest,
        tools.map((tool) => this.#part(tool)),
        typeof system === 'string' ? system : system.map((block) => this.#part(block)),
        messages.map(({ role, content }) => [
          role,
          typeof content === 'string' ? this.#plain(content) : content.map((block) => this.#part(block)),
        ]),
      ]),
    );
  }

  #part(part: object): string {
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const digest = this.#plain(part);
    this.#known.set(part, digest);
    return digest;
  }

  #plain(part: unknown): string {
    return sha256(canonicalJson(this.#prepared(part)));
  }
}
