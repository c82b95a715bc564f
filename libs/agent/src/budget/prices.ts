import type { TokenUsage } from '../ports.js';

/** US dollars per million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
  /** Of the five-minute cache, the only one that is used. */
  cacheWrite: number;
  cacheRead: number;
}

/** What a model costs, and from which length of the prompt on (cached tokens included) it costs otherwise. */
export interface ModelPrices extends TokenPrices {
  longPrompt?: TokenPrices & { aboveTokens: number };
}

/** The model that drafts where none is configured. */
export const DEFAULT_MODEL = 'claude-opus-5-5';

const opus4 = { input: 5, output: 25, cacheWrite: 6.25, cacheRead: 0.5 };

/**
 * List prices of https://platform.claude.com/docs/en/about-claude/pricing, its pages of the models, and its change of 2026-10-07 of the
 * cache reads of claude-sonnet-5-5; read on 2026-11-28. The configuration (`agent.prices`) goes before this table.
 */
const LIST_PRICES: Readonly<Record<string, ModelPrices>> = {
  'claude-fable-5-1': { input: 10, output: 50, cacheWrite: 12.5, cacheRead: 0.25 },
  'claude-opus-5-5': { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 },
  'claude-opus-5': opus4,
  'claude-opus-4-8': opus4,
  'claude-opus-4-7': opus4,
  'claude-opus-4-6': opus4,
  'claude-sonnet-5-5': { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.1 },
  'claude-sonnet-5': { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.2 },
  'claude-haiku-5-5': {
    input: 0.1,
    output: 0.5,
    cacheWrite: 0.125,
    cacheRead: 0.01,
    longPrompt: { aboveTokens: 100_000, input: 0.5, output: 2.5, cacheWrite: 0.625, cacheRead: 0.05 },
  },
};

/** Prices of a model: those given, else those of the list; undefined for a model that nobody knows the price of. */
export function pricesOf(model: string, given: Readonly<Record<string, ModelPrices>> = {}): ModelPrices | undefined {
  if (Object.hasOwn(given, model)) return given[model];
  return Object.hasOwn(LIST_PRICES, model) ? LIST_PRICES[model] : undefined;
}

function atLength(prices: ModelPrices, promptTokens: number): TokenPrices {
  return prices.longPrompt && promptTokens > prices.longPrompt.aboveTokens ? prices.longPrompt : prices;
}

/** What a call cost, US dollars. */
export function costOf(prices: ModelPrices, usage: TokenUsage): number {
  const each = atLength(prices, usage.input + usage.cacheWrite + usage.cacheRead);
  const sum =
    usage.input * each.input +
    usage.output * each.output +
    usage.cacheWrite * each.cacheWrite +
    usage.cacheRead * each.cacheRead;
  return sum / 1e6;
}

/** Most that a call can cost: nothing is read from the cache, all is written to it, and the answer is as long as it may be. */
export function worstCost(prices: ModelPrices, promptTokens: number, maxTokens: number): number {
  const each = atLength(prices, promptTokens);
  return (promptTokens * Math.max(each.input, each.cacheWrite) + maxTokens * each.output) / 1e6;
}
