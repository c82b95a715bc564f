import { baseSchema, functionIdSchema, sha256Schema, skillRefSchema } from '@headroom/contracts';
import { z } from 'zod';
import type { OpportunityItem } from '../opportunities/opportunity.queries.js';

const savedSchema = z.object({ share: z.number(), cores: z.number().optional() });

/** An opportunity, for the OpenAPI document: a field that is added to the item is missed here by the compiler. */
export const opportunitySchema = z.object({
  id: z.string(),
  service: z.string(),
  repository: z.string(),
  rank: z.int().describe('Among the opportunities of the service.'),
  base: baseSchema,
  subject: functionIdSchema,
  subjectContent: sha256Schema.describe("sha256 of the subject's source on the base."),
  place: z.object({ path: z.string(), line: z.int() }),
  hotFunction: functionIdSchema
    .optional()
    .describe("The function that calls the subject, where the subject's cost is counted with it."),
  skill: skillRefSchema,
  rule: z.object({ id: z.string(), message: z.string() }),
  share: z.number().describe("Share of the service's CPU, 0 to 1."),
  cores: z.number().optional(),
  saving: savedSchema.describe(
    "What may be saved, by the rule's own estimate; nothing is measured before a case is verified.",
  ),
  certainty: z.enum(['rewrite', 'detect-only']),
  reason: z.string().optional().describe('Why a playbook leaves it.'),
  case: z
    .object({ caseId: z.string(), state: z.string(), standing: z.enum(['open', 'declined']) })
    .optional()
    .describe('The case that works on it, or in which it was declined.'),
} satisfies Record<keyof OpportunityItem, z.ZodType>);

/** A page of them. */
export const opportunitiesSchema = z.object({
  opportunities: z.array(opportunitySchema),
  nextCursor: z.string().optional(),
});
