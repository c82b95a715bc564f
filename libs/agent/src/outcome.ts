import { z } from 'zod';

/** Why a case ends without a change. */
export const abstentionReasonSchema = z.enum([
  'no-safe-fix',
  'low-confidence',
  'needs-human',
  'budget',
  'refused',
  'no-conclusion',
  'no-benchmark',
  'owner-policy',
  'duplicate-in-flight',
]);
export type AbstentionReason = z.infer<typeof abstentionReasonSchema>;

/** Reasons that only code gives: a model that could give them would hide how it ended. */
export const REASONS_OF_CODE = ['budget', 'refused', 'no-conclusion'] as const satisfies AbstentionReason[];

const sentence = z.string().min(1).max(600);

/** An observation and the evidence that it rests on. */
export const factSchema = z.strictObject({
  text: sentence,
  /** Ids that resolve in the case: `evidence_id` of a tool's answer, a commit, `path:line`. */
  evidence: z.array(z.string().min(1).max(300)).min(1).max(10),
});
export type Fact = z.infer<typeof factSchema>;

/** What may be so, and what would show that it is not. */
export const hypothesisSchema = z.strictObject({
  text: sentence,
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  refutedBy: sentence,
});
export type Hypothesis = z.infer<typeof hypothesisSchema>;

/** What else could be done, in words; the best first. */
export const alternativeSchema = z.strictObject({
  action: z.enum(['patch', 'revert', 'config', 'accept', 'cost-shift']),
  text: sentence,
  cost: sentence,
  risk: sentence,
  saving: sentence,
});
export type Alternative = z.infer<typeof alternativeSchema>;

/** A drafted change. */
export const candidateSchema = z.strictObject({
  /** Which one the model began, from 1. */
  number: z.int().min(1),
  title: z.string().min(1).max(200),
  /** What it changes and why that is faster. */
  idea: sentence,
  /** Unified diff against the base. */
  patch: z.string().min(1),
  files: z.array(z.string()).min(1),
  changedLines: z.int().min(1),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** Which limit ended the work. */
export const limitSchema = z.enum([
  'usd-per-case',
  'usd-per-day',
  'price-unknown',
  'tokens',
  'turns',
  'wall-clock',
  'tool-calls',
  'identical-calls',
  'no-progress',
]);
export type Limit = z.infer<typeof limitSchema>;

/** How the work of a model on one case ends. */
export const agentOutcomeSchema = z.strictObject({
  outcome: z.enum(['patch', 'revert', 'config', 'accept', 'cost-shift', 'abstain']),
  /** Set for `abstain`. */
  reason: abstentionReasonSchema.optional(),
  /** Set for `abstain` with `budget`. */
  limit: limitSchema.optional(),
  summary: z.string().min(1).max(600),
  facts: z.array(factSchema).max(20),
  hypotheses: z.array(hypothesisSchema).max(30),
  alternatives: z.array(alternativeSchema).max(5),
  /** The most conservative edit first: fewest files, then fewest changed lines. Of an abstention: what was drafted until then. */
  candidates: z.array(candidateSchema).max(5),
  /** Ids of what was looked up in this run; of an abstention, where the next who works on the case can begin. */
  evidence: z.array(z.string()),
  /** Markdown, of `accept`, `cost-shift` and of an abstention that is worth knowing. */
  note: z.string().min(1).max(8000).optional(),
});
export type AgentOutcome = z.infer<typeof agentOutcomeSchema>;
