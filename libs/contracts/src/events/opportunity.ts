import { z } from 'zod';
import { baseSchema, functionIdSchema, nameSchema, repositorySchema, sha256Schema, skillRefSchema } from '../common.js';
import { opportunityStateEvent, telemetryEvent } from '../contract.js';
import { exampleCommit, exampleSha, exampleSkill } from './case.example.js';

const shareSchema = z.number().min(0).max(1);

const foundFields = {
  /** Position among the opportunities of the service, 1 = the largest expected saving. */
  rank: z.int().min(1),
  base: baseSchema,
  /** The function to change. */
  subject: functionIdSchema,
  /** sha256 of the subject's source on the base. */
  subjectContent: sha256Schema,
  /** Where the pattern is: a file of the repository and a 1-based line of it. */
  place: z.object({ path: z.string().min(1).max(1024), line: z.int().min(1) }),
  /** The hot function that calls the subject, where the subject's cost is counted with it. */
  hotFunction: functionIdSchema.optional(),
  skill: skillRefSchema,
  rule: z.object({ id: nameSchema, message: z.string().min(1).max(4000) }),
  /** Share of the service's CPU, shared leaf cost included. */
  share: shareSchema,
  /** The same in cores, where CPU time was measured. */
  cores: z.number().nonnegative().optional(),
  /** What the change may save; the rule's own estimate, not a measurement. */
  saving: z.object({ share: shareSchema, cores: z.number().nonnegative().optional() }),
  /** `rewrite`: the skill's playbook yields a patch. `detect-only`: a person or a model has to write it. */
  certainty: z.enum(['rewrite', 'detect-only']),
  /** Why the playbook leaves it, of a `detect-only`. */
  reason: z.string().max(4000).optional(),
};

const opportunityStateSchema = z
  .object({
    /** Stable: repository, service, subject and skill. */
    id: z.string().regex(/^opt-[0-9a-f]{20}$/, 'must be opt- and 20 hexadecimal digits'),
    service: nameSchema,
    repository: repositorySchema,
    /** `gone`: it is no longer there; nothing more is said of it. */
    status: z.enum(['found', 'gone']),
    found: z.object(foundFields).optional(),
  })
  .refine(({ status, found }) => (status === 'found') === (found !== undefined), {
    path: ['found'],
    message: 'must be there for status "found", and only for it',
  });
export type OpportunityState = z.infer<typeof opportunityStateSchema>;
/** What is known of an opportunity that is there. */
export type FoundOpportunity = NonNullable<OpportunityState['found']>;

export const opportunityState = opportunityStateEvent<OpportunityState>({
  name: 'opportunity.state',
  summary:
    'An opportunity as the catalogue has it now: a pattern that a skill knows, in a function that costs enough. The newest record of a key holds. Nothing is worked on because of it.',
  producer: 'context-gatherer',
  consumers: ['projector'],
  schema: opportunityStateSchema,
  example: {
    id: 'opt-0123456789abcdef0123',
    service: 'web',
    repository: 'shop/web',
    status: 'found',
    found: {
      rank: 1,
      base: { branch: 'main', commit: exampleCommit },
      subject: 'src/search/tokenize.ts:tokenize',
      subjectContent: exampleSha,
      place: { path: 'src/search/tokenize.ts', line: 14 },
      skill: exampleSkill,
      rule: { id: 'regex-construction', message: 'A regular expression is built on every call.' },
      share: 0.12,
      cores: 0.3,
      saving: { share: 0.036, cores: 0.09 },
      certainty: 'rewrite',
    },
  },
});

const scanRequestSchema = z.object({
  service: nameSchema,
  requestedBy: z.string().max(300).optional(),
});
export type ScanRequest = z.infer<typeof scanRequestSchema>;

export const scanRequested = telemetryEvent<ScanRequest>({
  name: 'scan.requested',
  summary: 'Somebody asks to look for opportunities in a service now, whether anything has changed or not.',
  producer: 'people (headroom opportunities --scan)',
  consumers: ['context-gatherer'],
  schema: scanRequestSchema,
  example: { service: 'web', requestedBy: 'search team' },
});
