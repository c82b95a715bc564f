import { createHash } from 'node:crypto';
import { blocksOf, tokensOf, type CacheControl, type MessagesRequest, type WireUsage } from './wire.js';

/** One tool or block of a request, in the order in which a model is given them. */
export interface PrefixPart {
  /** Where it stands: `tools[0]`, `system[1]`, `messages[2].content[0]`. */
  at: string;
  tokens: number;
  /** Digest of all bytes up to and with this part, marks of the cache left out. */
  digest: string;
  mark: CacheControl | undefined;
}

/** How a breakpoint compares with the request before it in the same conversation; `new` = that one did not reach so far. */
export interface ComparedBreakpoint {
  at: string;
  tokens: number;
  bytes: 'equal' | 'changed' | 'new';
}

const LIFETIME_MS = { '5m': 300_000, '1h': 3_600_000 };
/** How many parts before a breakpoint are looked at for an entry. */
const LOOK_BACK = 20;

/** The parts of a request, with the digest of the prefix that each ends. Keys count in the order in which they were sent. */
export function prefixOf(body: MessagesRequest): PrefixPart[] {
  const parts: { at: string; part: object; role?: string }[] = [
    ...(body.tools ?? []).map((part, index) => ({ at: `tools[${index}]`, part })),
    ...blocksOf(body.system).map((part, index) => ({ at: `system[${index}]`, part })),
    ...body.messages.flatMap(({ role, content }, message) =>
      blocksOf(content).map((part, index) => ({ at: `messages[${message}].content[${index}]`, part, role })),
    ),
  ];
  // What else a request says about how to answer makes another prefix of the same words.
  let digest = JSON.stringify([body.model, body['tool_choice'], body['thinking']]);
  return parts.map(({ at, part, role }, index) => {
    const { cache_control: own, ...rest } = part as { cache_control?: CacheControl | null };
    const bytes = JSON.stringify(role ? [role, rest] : rest);
    digest = createHash('sha256')
      .update(`${digest}\n${at.split('[', 1)[0]}\n${bytes}`)
      .digest('hex');
    const automatic = index === parts.length - 1 ? body.cache_control : undefined;
    return { at, tokens: tokensOf(bytes), digest, mark: own ?? automatic ?? undefined };
  });
}

/** Compares each breakpoint with what stood there in the request before. */
export function comparedBreakpoints(
  parts: readonly PrefixPart[],
  before: readonly PrefixPart[] | undefined,
): ComparedBreakpoint[] {
  let tokens = 0;
  return parts.flatMap((part, index) => {
    tokens += part.tokens;
    if (!part.mark) return [];
    const earlier = before?.[index];
    const bytes = earlier === undefined ? 'new' : earlier.digest === part.digest ? 'equal' : 'changed';
    return [{ at: part.at, tokens, bytes } as const];
  });
}

/**
 * The prompt cache of the API: an entry is the prefix that ended at a breakpoint of an earlier request, byte for byte, and is read
 * by a later request with the same prefix. Prefixes below the minimum are not kept, and entries end when nobody reads them.
 */
export class PromptCache {
  readonly #entries = new Map<string, { until: number; lifetimeMs: number }>();

  /** @param minimumTokens shortest prefix that is kept */
  constructor(
    private readonly minimumTokens: number,
    private readonly now: () => number,
  ) {}

  /** What a request reads and writes; its own breakpoints are kept from now on. Output is still 0. */
  use(parts: readonly PrefixPart[]): WireUsage {
    const upTo = parts.map(() => 0);
    parts.forEach(({ tokens }, index) => (upTo[index] = (upTo[index - 1] ?? 0) + tokens));
    const marked = parts.flatMap(({ mark }, index) => (mark && upTo[index]! >= this.minimumTokens ? [index] : []));
    const hit = Math.max(-1, ...marked.flatMap((at) => this.#found(parts, at)));
    const read = upTo[hit] ?? 0;
    const creation = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 };
    let written = read;
    for (const at of marked) {
      const ttl = parts[at]!.mark!.ttl ?? '5m';
      if (at > hit) {
        creation[`ephemeral_${ttl}_input_tokens`] += upTo[at]! - written;
        written = upTo[at]!;
      }
      this.#entries.set(parts[at]!.digest, { lifetimeMs: LIFETIME_MS[ttl], until: this.now() + LIFETIME_MS[ttl] });
    }
    return {
      input_tokens: (upTo.at(-1) ?? 0) - written,
      output_tokens: 0,
      cache_creation_input_tokens: written - read,
      cache_read_input_tokens: read,
      cache_creation: creation,
    };
  }

  #found(parts: readonly PrefixPart[], breakpoint: number): number[] {
    for (let at = breakpoint; at >= Math.max(0, breakpoint - LOOK_BACK); at--) {
      const entry = this.#entries.get(parts[at]!.digest);
      if (!entry || entry.until <= this.now()) continue;
      entry.until = this.now() + entry.lifetimeMs;
      return [at];
    }
    return [];
  }
}
