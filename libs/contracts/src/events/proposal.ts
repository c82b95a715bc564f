import { z } from 'zod';
import { baseSchema, blobRefSchema, caseEventShape, commitSchema, stopSchema } from '../common.js';
import { caseEvent } from '../contract.js';
import { verdictSchema } from './draft.js';
import { exampleBlob, exampleCase, exampleCommit, exampleSubject } from './case.example.js';

const proposalFormSchema = z.enum(['change', 'note']);
/** What is proposed: a change of code, or something to know. */
export type ProposalForm = z.infer<typeof proposalFormSchema>;

const proposalSchema = z.object({
  ...caseEventShape,
  forge: z.literal('local'),
  /**
   * `change`: a branch with a commit. `note`: a text alone, nothing is to be merged; `branch` and `commit` are then those of `base`,
   * so that whoever compares them finds no change. Absent = `change`.
   */
  form: proposalFormSchema.optional(),
  /** What the signed record concludes. Absent = `improved`. */
  verdict: verdictSchema.optional(),
  branch: z.string(),
  commit: commitSchema,
  base: baseSchema,
  title: z.string(),
  /** Where a person finds it: a URL or a path. */
  location: z.string(),
  reviewers: z.array(z.object({ who: z.string(), why: z.string() })),
  evidence: blobRefSchema,
  /** Digest of the proposal's text. */
  body: blobRefSchema,
});
export type Proposal = z.infer<typeof proposalSchema>;

export const proposalOpened = caseEvent<Proposal>({
  name: 'proposal.opened',
  summary:
    'One proposal for a case, however often its evidence arrives: a branch with its text, or a note that changes nothing.',
  producer: 'pr-writer',
  consumers: ['pr-writer', 'projector', 'teams'],
  schema: proposalSchema,
  example: {
    case: exampleCase('proposal.1'),
    ...exampleSubject,
    forge: 'local',
    branch: 'headroom/web/opportunity-0123456789ab',
    commit: exampleCommit,
    base: { branch: 'main', commit: exampleCommit },
    title: 'perf(web): precompile regular expressions in tokenize',
    location: 'proposals/opp-0123456789abcdef0123/proposal.md',
    reviewers: [{ who: 'search@web.example', why: 'CODEOWNERS' }],
    evidence: exampleBlob('application/json'),
    body: exampleBlob('text/markdown'),
  },
});

const settledSchema = z.object({
  ...caseEventShape,
  /**
   * `merged`, `closed` without a merge, `expired` unanswered, `reverted` after its merge; `withheld` = never opened, because a
   * policy or a person did not want it.
   */
  outcome: z.enum(['merged', 'closed', 'expired', 'reverted', 'withheld']),
  /** Why, for every outcome but `merged`. */
  stopped: stopSchema.optional(),
  /** Who settled it, as far as the forge tells. */
  who: z.string().max(300).optional(),
  forge: proposalSchema.shape.forge,
  /** As in `proposal.opened`. Absent = `change`. */
  form: proposalFormSchema.optional(),
  /** Absent when no branch was written. */
  branch: z.string().optional(),
  /** What was merged; for a revert, the commit that took it back. */
  commit: commitSchema.optional(),
  /** Where a person finds it: a URL or a path. */
  location: z.string().optional(),
});
export type Settled = z.infer<typeof settledSchema>;

export const proposalSettled = caseEvent<Settled>({
  name: 'proposal.settled',
  summary: 'What became of a proposal, or why none was opened.',
  producer: 'pr-writer',
  consumers: ['pr-writer', 'projector', 'teams'],
  schema: settledSchema,
  example: {
    case: exampleCase('settled.1'),
    ...exampleSubject,
    outcome: 'closed',
    stopped: { reason: 'dismissed', message: 'The team keeps the readable form.' },
    who: 'search@web.example',
    forge: 'local',
    branch: 'headroom/web/opportunity-0123456789ab',
    location: 'proposals/opp-0123456789abcdef0123/proposal.md',
  },
});
