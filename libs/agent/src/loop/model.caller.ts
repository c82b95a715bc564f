import type { Budgets } from '../budget/budgets.js';
import type { Amount, Ledger, Payer } from '../budget/ledger.js';
import { costOf, worstCost, type ModelPrices } from '../budget/prices.js';
import { PromptEstimate } from '../budget/prompt.estimate.js';
import type { WallClock } from '../budget/wall.clock.js';
import type { AgentJournal } from '../journal/journal.js';
import type { MessagesClient, PartialUsage } from '../model/messages.client.js';
import { isFree } from '../model/failures.js';
import { withRetries } from '../model/retrying.js';
import type { Clock, ModelRequest, TokenUsage } from '../ports.js';
import { RequestDigester } from '../transcript/request.digest.js';
import { cacheReadShare, type ProgressListener } from './progress.js';
import type { LimitReached, ModelReply } from './world.js';

/** What calls of the model need. */
export interface ModelCallerParts {
  client: MessagesClient;
  /** Undefined where nobody knows them: then nothing is called. */
  prices: ModelPrices | undefined;
  budgets: Budgets;
  ledger: Ledger;
  payer: Payer;
  journal: AgentJournal;
  wall: WallClock;
  clock: Clock;
  random: () => number;
  /** A new id, unique in the case. */
  newId: () => string;
  /** Of the caller. */
  signal: AbortSignal;
  onProgress: ProgressListener;
}

/** As the journal keeps it: with what is needed to settle it, should the process have died before. */
interface StoredReply {
  reply: ModelReply;
  reservation: { id: string; atMs: number };
  elapsedMs: number;
}

/** Calls the model within the budgets, once per request: what was answered is stored before it is used. */
export class ModelCaller {
  readonly #parts: ModelCallerParts;
  readonly #digester = new RequestDigester();
  readonly #estimate = new PromptEstimate();

  constructor(parts: ModelCallerParts) {
    this.#parts = parts;
  }

  async call(turn: number, request: ModelRequest): Promise<ModelReply | LimitReached> {
    const { journal, ledger, payer, wall } = this.#parts;
    const name = `model:${turn}:${this.#digester.digest(request)}`;
    const stored = await journal.read<StoredReply>(name);
    if (stored) {
      const { reply, reservation, elapsedMs } = stored;
      await ledger.settle(payer, reservation.id, amountOf(reply), reservation.atMs);
      wall.atLeast(elapsedMs);
      this.#learn(request, reply);
      this.#tell(turn, reply, true);
      return reply;
    }
    const answer = await this.#withinTime(turn, name, request);
    if (answer.kind === 'reply') {
      this.#learn(request, answer);
      this.#tell(turn, answer, false);
    }
    return answer;
  }

  async #withinTime(turn: number, name: string, request: ModelRequest): Promise<ModelReply | LimitReached> {
    const { prices, wall, signal, clock, random, onProgress } = this.#parts;
    if (!prices) {
      const message = `What ${request.model} costs is not known; set agent.prices for it.`;
      return { kind: 'limit', limit: 'price-unknown', message };
    }
    if (wall.leftMs <= 0) return this.#late();
    const began = wall.elapsedMs;
    try {
      const answer = await withRetries((number) => this.#once({ name, request, prices, began, retries: number - 1 }), {
        clock,
        random,
        signal: AbortSignal.any([signal, wall.signal]),
        leftMs: () => wall.leftMs,
        onFailure: ({ number, message, waitMs }) =>
          onProgress({ kind: 'model-retry', turn, try: number, waitMs, message }),
      });
      return answer ?? tooLong(wall.elapsedMs - began);
    } catch (error) {
      signal.throwIfAborted();
      if (wall.signal.aborted) return this.#late();
      throw error;
    }
  }

  async #once(call: {
    name: string;
    request: ModelRequest;
    prices: ModelPrices;
    began: number;
    retries: number;
  }): Promise<ModelReply | LimitReached> {
    const { client, ledger, payer, budgets, journal, wall, clock, signal, newId } = this.#parts;
    const { name, request, prices, began, retries } = call;
    const promptTokens = this.#estimate.tokens(request);
    const worst: Amount = {
      usd: worstCost(prices, promptTokens, request.max_tokens),
      tokens: promptTokens + request.max_tokens,
    };
    const reservation = { id: newId(), atMs: clock.now() };
    const granted = await ledger.reserve(payer, reservation.id, worst, budgets, reservation.atMs);
    if (!granted.granted) return { kind: 'limit', limit: granted.limit, message: granted.message };
    const seen: PartialUsage = {};
    let reply: ModelReply;
    try {
      const message = await client.send(request, AbortSignal.any([signal, wall.signal]), seen);
      // Where nobody counted, it is taken for the most that it can be.
      const { usage = { input: promptTokens, output: request.max_tokens, cacheWrite: 0, cacheRead: 0 } } = message;
      const counted = message.usage ? { usd: costOf(prices, usage) } : { usd: worst.usd, isEstimate: true as const };
      reply = { kind: 'reply', ...message, usage, ...counted, retries, durationMs: wall.elapsedMs - began };
    } catch (error) {
      await ledger.settle(payer, reservation.id, brokenOff(error, seen, worst, request, prices), reservation.atMs);
      throw error;
    }
    const stored: StoredReply = { reply, reservation, elapsedMs: wall.elapsedMs };
    const kept = await journal.write(name, stored);
    await ledger.settle(payer, reservation.id, amountOf(reply), reservation.atMs);
    return kept.reply;
  }

  #learn(request: ModelRequest, { usage, isEstimate }: ModelReply): void {
    if (!isEstimate) this.#estimate.counted(request, usage);
  }

  #late(): LimitReached {
    const message = `The run may take ${this.#parts.budgets.minutes} minutes, which are over.`;
    return { kind: 'limit', limit: 'wall-clock', message };
  }

  #tell(turn: number, { usage, usd, retries, durationMs }: ModelReply, stored: boolean): void {
    const { onProgress } = this.#parts;
    const share = cacheReadShare(usage);
    onProgress({ kind: 'model-call', turn, usage, usd, cacheReadShare: share, retries, durationMs, stored });
    if (turn >= 2 && share === 0) {
      onProgress({ kind: 'warning', message: `Nothing of the input of turn ${turn} was read from the prompt cache.` });
    }
  }
}

function tokensOf({ input, output, cacheRead, cacheWrite }: TokenUsage): number {
  return input + output + cacheRead + cacheWrite;
}

function amountOf({ usd, usage }: ModelReply): Amount {
  return { usd, tokens: tokensOf(usage) };
}

function tooLong(durationMs: number): ModelReply {
  const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  return { kind: 'reply', content: [], stop: 'too-long', malformed: [], usage, usd: 0, retries: 0, durationMs };
}

/** What a call cost that broke off: nothing where it was refused, the input and the longest answer where it had begun, else all that was set aside. */
function brokenOff(
  error: unknown,
  seen: PartialUsage,
  worst: Amount,
  { max_tokens: output }: ModelRequest,
  prices: ModelPrices,
): Amount {
  if (seen.usage) {
    const usage = { ...seen.usage, output };
    return { usd: costOf(prices, usage), tokens: tokensOf(usage) };
  }
  return isFree(error) ? { usd: 0, tokens: 0 } : worst;
}
