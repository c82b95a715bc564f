import type { CaseState } from '@headroom/cases';
import { caseKindSchema, commitSchema, nameSchema, timestampSchema, verdictSchema } from '@headroom/contracts';
import { PROFILE_FORMATS } from '@headroom/profiling';
import { z } from 'zod';

/** Every state; a record, so that a new one cannot be forgotten. */
const STATES = {
  investigating: true,
  drafting: true,
  verifying: true,
  proposing: true,
  proposed: true,
  abstained: true,
  rejected: true,
  parked: true,
  stopped: true,
  dismissed: true,
  merged: true,
  closed: true,
  expired: true,
  reverted: true,
  withheld: true,
} as const satisfies Record<CaseState, true>;

/** A parameter that may be given several times. */
function repeated<Item extends z.ZodType>(item: Item) {
  return z
    .union([item, z.array(item)])
    .transform((value) => [value].flat() as z.output<Item>[])
    .optional();
}

const positiveSchema = z.coerce.number().positive();

/** Which cases to list. */
export const caseListQuerySchema = z.strictObject({
  state: repeated(z.enum(Object.keys(STATES) as CaseState[])),
  service: repeated(nameSchema),
  kind: caseKindSchema.optional(),
  team: nameSchema.optional(),
  verdict: repeated(verdictSchema),
  since: timestampSchema.optional().describe('Only cases that changed at this time or later, RFC 3339.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional().describe('`nextCursor` of the page before.'),
});
export type CaseListQuery = z.output<typeof caseListQuerySchema>;

/** Which opportunities to list. */
export const opportunityListQuerySchema = z.strictObject({
  service: repeated(nameSchema),
  skill: repeated(nameSchema),
  certainty: z
    .enum(['rewrite', 'detect-only'])
    .optional()
    .describe('Only those that a playbook rewrites, or only those that it leaves to a person or a model.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional().describe('`nextCursor` of the page before.'),
});
export type OpportunityListQuery = z.output<typeof opportunityListQuerySchema>;

/** Where a stream of updates begins. */
export const streamQuerySchema = z.strictObject({
  after: z
    .string()
    .max(2000)
    .optional()
    .describe('`position` of a list of cases, or id of the last message; the header Last-Event-ID goes before it.'),
});

/** Which stretch of a service's past. */
export const changesQuerySchema = z.strictObject({
  from: timestampSchema.optional().describe('Only changes at this time or later. Default: as long as they are kept.'),
  to: timestampSchema.optional().describe('Only changes before this time.'),
});
export type ChangesQuery = z.output<typeof changesQuerySchema>;

/** What a profile is of: the fields of profile.recorded. */
export const profileQuerySchema = z.strictObject({
  service: nameSchema,
  environment: nameSchema,
  version: commitSchema
    .optional()
    .describe(
      'Commit that ran. Default: what a label of a pprof says, else the deployed change with its build id or of its deployment.',
    ),
  deployment: nameSchema,
  hostClass: nameSchema,
  process: nameSchema.optional(),
  startedAt: timestampSchema.optional().describe('Default: what the profile says, if it is a pprof.'),
  endedAt: timestampSchema.optional(),
  unitOfWork: nameSchema.optional().describe('Default: that of the configured service, else "request".'),
  units: positiveSchema.optional(),
  cpuSeconds: positiveSchema.optional(),
  mainThreadCpuSeconds: z.coerce.number().nonnegative().optional(),
  restOfHostCores: z.coerce.number().nonnegative().optional(),
  format: z.enum(PROFILE_FORMATS).optional().describe('Format of the profile. Default: by its content.'),
  firstParty: repeated(nameSchema).describe(
    "Prefix of names without a file that are the repository's, such as a Java package.",
  ),
  pathMap: repeated(z.string().regex(/^[^=]+=.*$/, 'must be <container prefix>=<repository prefix>')).describe(
    'Where files of the process lie in the repository, for example /app= for its root; goes before the configured path map.',
  ),
  source: repeated(z.string().regex(/^.+=[0-9a-f]{64}$/, 'must be <repository path>=<sha256 of a blob>')).describe(
    'A file that was run, its source map, or a source, uploaded as a blob before.',
  ),
});
export type ProfileQuery = z.output<typeof profileQuerySchema>;
