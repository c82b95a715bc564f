import { z } from 'zod';

/** Why a case ends without a change. */
export const abstentionReasonSchema = z.enum([
  'no-safe-fix',
  'low-confidence',
  'needs-human',
  'budget',
  'refused',
  'no-benchmark',
  'owner-policy',
  'duplicate-in-flight',
]);

/** An observation and the evidence that it rests on. */
export const factSchema = z.strictObject({
  text: z.string().min(1).max(600),
  /** Ids that resolve in the case: `evidence_id` of a tool's answer, a commit, `path:line`. */
  evidence: z.array(z.string().min(1)).min(1).max(10),
});

/** What may be so, and what would show that it is not. */
export const hypothesisSchema = z.strictObject({
  text: z.string().min(1).max(600),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  refutedBy: z.string().min(1).max(600),
});

/** How the work of a model on one case ends. */
export const agentOutcomeSchema = z.strictObject({
  outcome: z.enum(['patch', 'revert', 'config', 'accept', 'cost-shift', 'abstain']),
  /** Set for `abstain`. */
  reason: abstentionReasonSchema.optional(),
  summary: z.string().min(1).max(600),
  facts: z.array(factSchema).max(20),
  hypotheses: z.array(hypothesisSchema).max(10),
});
export type AgentOutcome = z.infer<typeof agentOutcomeSchema>;
