import { nameSchema } from '@headroom/contracts';
import { z } from 'zod';
import { addressSchema, tokenEnvSchema } from './tools.config.js';

const dollars = z.number().min(0).max(1_000_000);

const priceSchema = z.strictObject({
  /** US dollars per million tokens. */
  input: dollars,
  output: dollars,
  cacheWrite: dollars,
  cacheRead: dollars,
});

const budgetsSchema = z.strictObject({
  /** US dollars for one case. */
  usdPerCase: dollars.default(3),
  /** US dollars for one team and UTC day. */
  usdPerDay: dollars.default(100),
  /** Tokens of one case, in and out, cached ones included. */
  tokensPerCase: z.int().min(1000).max(100_000_000).default(600_000),
  /** Calls of the model for one case. */
  turns: z.int().min(1).max(500).default(40),
  /** Longest work on one case, minutes. */
  minutes: z.number().gt(0).max(240).default(20),
  toolCalls: z.int().min(1).max(5000).default(120),
  /** Longest wait for one tool, seconds. */
  toolSeconds: z.number().gt(0).max(600).default(30),
});

/** The model and what may be spent on it. Without a key nothing is sent anywhere: cases that need it wait. */
export const agentSchema = z.strictObject({
  /** Name of the model as its provider writes it. @default the one that libs/agent names */
  model: z.string().min(1).max(200).optional(),
  /** Address of the Messages API, without `/v1`. */
  baseUrl: addressSchema.default('https://api.anthropic.com'),
  /** Variable that holds the key. */
  keyEnv: tokenEnvSchema.default('ANTHROPIC_API_KEY'),
  /** Most tokens of one answer. */
  maxTokens: z.int().min(256).max(200_000).default(8_000),
  budgets: budgetsSchema.prefault({}),
  /** What a model costs, for one whose price is not known, or that costs otherwise here. A model without a price is not called. */
  prices: z.record(z.string().min(1), priceSchema).default({}),
  /** What a team may spend in a day otherwise, US dollars. */
  teams: z.record(nameSchema, z.strictObject({ usdPerDay: dollars })).default({}),
});
/** The `agent:` block, defaults filled in. */
export type AgentSettings = z.infer<typeof agentSchema>;
