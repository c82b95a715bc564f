import { z } from 'zod';
import { MOST_CANDIDATES } from '../budget/budgets.js';
import {
  abstentionReasonSchema,
  agentOutcomeSchema,
  alternativeSchema,
  factSchema,
  hypothesisSchema,
  REASONS_OF_CODE,
} from '../outcome.js';
import type { ListedTool } from '../ports.js';

const OWN_REASONS = abstentionReasonSchema.exclude(REASONS_OF_CODE);

const beginSchema = z.strictObject({
  title: z.string().min(1).max(200).describe('what it changes, in the imperative'),
  idea: z.string().min(1).max(600).describe('why that is cheaper, and why nothing else changes'),
});

const editSchema = z.strictObject({
  path: z.string().min(1).max(500).describe('file, as the repository names it'),
  search: z.string().min(1).max(20_000).describe('text that stands in the file exactly once, with its white space'),
  replace: z.string().max(20_000).describe('what is to stand there'),
});

const finishSchema = z.strictObject({});

const resourceSchema = z.strictObject({ path: z.string().min(1).max(500).describe('as skill_resources lists it') });

const concludeSchema = z
  .strictObject({
    outcome: agentOutcomeSchema.shape.outcome.describe(
      'patch, revert and config need a finished candidate; accept: the growth is meant; cost-shift: cost only moved',
    ),
    reason: OWN_REASONS.optional().describe('of abstain'),
    summary: z.string().min(1).max(600).describe('what was found and done, without numbers'),
    facts: z.array(factSchema).max(20).describe('sentences, each with the ids of the evidence that shows it'),
    hypotheses: z.array(hypothesisSchema).max(10).default([]).describe('what may be so; confidence 0 to 1'),
    alternatives: z.array(alternativeSchema).max(5).default([]).describe('what else could be done, the best first'),
    note: z.string().min(1).max(8000).optional().describe('Markdown for people, where nothing is changed'),
  })
  .superRefine(({ outcome, reason }, context) => {
    if ((outcome === 'abstain') === (reason !== undefined)) return;
    const message = outcome === 'abstain' ? 'abstain needs a reason' : `${outcome} has no reason`;
    context.addIssue({ code: 'custom', path: ['reason'], message });
  });
/** How the model concludes. */
export type Conclusion = z.infer<typeof concludeSchema>;

/** The tools that the loop answers itself, and what they take. */
export const OWN_SCHEMAS = {
  begin_candidate: beginSchema,
  conclude: concludeSchema,
  finish_candidate: finishSchema,
  propose_edit: editSchema,
  read_skill_resource: resourceSchema,
} as const;
export type OwnToolName = keyof typeof OWN_SCHEMAS;

const DESCRIPTIONS: Record<OwnToolName, string> = {
  begin_candidate: `Begins a candidate at the base: edits of another one are not in it. At most ${MOST_CANDIDATES}.`,
  conclude: 'Ends the case. Called once, alone, when there is nothing more to look up or to draft.',
  finish_candidate:
    'Ends the candidate that was begun. It is checked; what is wrong comes back and can be mended with further edits.',
  propose_edit: 'Replaces one piece of text in one file of the candidate. Several edits make a candidate.',
  read_skill_resource: 'Reads a file of the skill.',
};

/** Whether the loop answers a tool of that name itself. */
export function isOwnTool(name: string): name is OwnToolName {
  return Object.hasOwn(OWN_SCHEMAS, name);
}

/** The loop's own tools as the model is told of them, by name in ascending order. */
export function ownTools(hasResources: boolean): ListedTool[] {
  return (Object.keys(OWN_SCHEMAS) as OwnToolName[])
    .filter((name) => name !== 'read_skill_resource' || hasResources)
    .sort()
    .map((name) => ({
      name,
      description: DESCRIPTIONS[name],
      inputSchema: z.toJSONSchema(OWN_SCHEMAS[name], { io: 'input' }) as Record<string, unknown>,
    }));
}
