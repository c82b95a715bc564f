import type {
  CaseParking,
  CaseStop,
  CaseView,
  CommandSummary,
  DraftSummary,
  EvidenceSummary,
  ProposalSummary,
  RootCauseSummary,
  ServiceView,
  SettlementSummary,
  TimelineEntry,
} from '@headroom/cases';
import {
  alternativeSchema,
  blobRefSchema,
  caseCommandSchema,
  caseKindSchema,
  changeDeployed,
  commitSchema,
  draftOutcomeSchema,
  hypothesisSchema,
  modelUseSchema,
  sha256Schema,
  skillRefSchema,
  verdictSchema,
} from '@headroom/contracts';
import type { DeadLetter } from '@headroom/runtime';
import { z } from 'zod';
import type { CaseDetails, CaseItem } from '../cases/case.queries.js';

// What the gateway answers, for the OpenAPI document.

/** Every field of a type: one that is added there is missed here by the compiler. */
type Fields<Type> = Record<keyof Type, z.ZodType>;

const stopSchema = z.object({
  stage: z.string(),
  reason: z.string(),
  message: z.string(),
} satisfies Fields<CaseStop>);
const parkingSchema = z.object({
  stage: z.string(),
  reason: z.string(),
  message: z.string().optional().describe('What to do about it.'),
  resumesAt: z.string().optional(),
} satisfies Fields<CaseParking>);
const proposalSchema = z.object({
  form: z.enum(['change', 'note']).optional().describe('A note has no branch of its own. Absent = change.'),
  title: z.string(),
  branch: z.string(),
  commit: z.string(),
  location: z.string(),
  reviewers: z.array(z.string()),
} satisfies Fields<ProposalSummary>);
const rootCauseSchema = z.object({
  status: z.string(),
  summary: z.string(),
  commit: z.string().optional(),
  key: z.string().optional(),
  deployment: z.string().optional(),
  reason: z.string().optional(),
} satisfies Fields<RootCauseSummary>);
const settlementSchema = z.object({
  outcome: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  who: z.string().optional(),
} satisfies Fields<SettlementSummary>);
const commandSchema = z.object({
  command: caseCommandSchema,
  who: z.string(),
  reason: z.string().optional(),
  until: z.string().optional(),
  after: z.string(),
} satisfies Fields<CommandSummary>);
const subjectShape = { kind: caseKindSchema, service: z.string(), repository: z.string(), subject: z.string() };

const timelineEntrySchema = z.object({
  eventId: z.string(),
  type: z.string().describe('Short name of the event, for example finding.opened.'),
  stage: z.string(),
  attempt: z.int(),
  step: z.string(),
  at: z.string().optional(),
  what: z.string().describe('One sentence, from the fields of the event only.'),
  traceparent: z.string().optional(),
  trusted: z.boolean().describe('False = refused: it has its line and changes nothing.'),
  refusal: z.string().optional(),
  digest: sha256Schema,
  facts: z.looseObject(subjectShape),
} satisfies Fields<TimelineEntry>);

const summaryShape = {
  caseId: z.string(),
  ...subjectShape,
  attempt: z.int(),
  state: z.string(),
  stage: z.string(),
  headline: z.string().describe('One sentence: what matters now.'),
  verdict: verdictSchema.optional(),
  branch: z.string().optional(),
  proposal: proposalSchema.optional(),
  updatedAt: z.string().optional(),
};

const caseItemSchema = z.object({
  ...summaryShape,
  team: z.string().optional().describe('Team that owns the service, where the configuration names it.'),
} satisfies Fields<CaseItem>);

const sameCauseSchema = z.object({ caseId: z.string(), service: z.string(), subject: z.string() });

const draftSummarySchema = z.object({
  outcome: draftOutcomeSchema,
  summary: z.string(),
  skill: skillRefSchema.optional(),
  facts: z.array(z.object({ text: z.string(), evidence: z.array(z.string()) })),
  hypotheses: z.array(hypothesisSchema).optional().describe('What is believed and not shown.'),
  alternatives: z.array(alternativeSchema).optional().describe('What else could be done, best first.'),
  candidates: z.int().optional().describe('Further patches beside the first.'),
  note: blobRefSchema.optional().describe('Markdown for a person, its figures not filled in.'),
  model: modelUseSchema.optional().describe('Set when a model was asked.'),
} satisfies Fields<DraftSummary>);

const caseViewSchema = z.object({
  ...summaryShape,
  sameCause: sameCauseSchema.optional().describe('The case that works on the same cause; this one is stopped.'),
  followers: z
    .array(sameCauseSchema)
    .optional()
    .describe('Cases that are stopped because this one works on their cause.'),
  rootCause: rootCauseSchema.optional(),
  skill: z.string().optional().describe('Skill that drafted the candidate, or that left the case alone.'),
  draft: draftSummarySchema.optional().describe('What was drafted, and with what.'),
  patch: blobRefSchema.optional(),
  dossier: blobRefSchema.optional(),
  evidence: blobRefSchema.optional(),
  settlement: settlementSchema.optional(),
  dismissal: commandSchema.optional(),
  parked: parkingSchema.optional(),
  stopped: stopSchema.optional(),
  timeline: z.array(timelineEntrySchema),
  traceId: z.string().optional(),
} satisfies Fields<CaseView>);

const changeFiguresSchema = z.object({ estimate: z.number(), low: z.number(), high: z.number() });
const evidenceSummarySchema = z.object({
  verified: z.boolean(),
  problem: z.string().optional(),
  verdict: z.string(),
  cpuSecondsPerOperation: z.object({ base: z.number(), head: z.number() }).optional(),
  cpu: changeFiguresSchema.optional(),
  control: changeFiguresSchema.optional(),
  noiseFloor: z.number().optional(),
  requiredEffect: z.number().optional(),
  rounds: z.object({ used: z.number(), discarded: z.number() }).optional(),
  tests: z.object({ base: z.string(), head: z.string() }).optional(),
  differential: z.string().optional(),
  sandbox: z.string().optional(),
  policyNotes: z.array(z.string()).optional(),
  hostClass: z.string().optional(),
} satisfies Fields<EvidenceSummary>);

const serviceSchema = z.object({
  service: z.string(),
  environment: z.string(),
  hostClass: z.string(),
  status: z.string(),
  message: z.string(),
  deployments: z.object({ measured: z.int(), quiet: z.int(), busy: z.int(), needed: z.int() }),
  funnel: z.array(z.object({ filter: z.string(), in: z.int(), out: z.int() })),
  eventId: z.string(),
  at: z.string().optional(),
} satisfies Fields<ServiceView>);

const deadLetterSchema = z.object({
  id: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  group: z.string(),
  reason: z.string(),
  errorCode: z.string(),
  errorMessage: z.string(),
  attempts: z.int(),
  firstFailedAt: z.string(),
  lastFailedAt: z.string(),
  appVersion: z.string(),
  stackHash: z.string(),
  key: z.string().nullable(),
  eventId: z.string().optional(),
  eventType: z.string().optional(),
  valueSize: z.int().nullable(),
} satisfies Fields<DeadLetter>);

const issueSchema = z.object({
  path: z.string().describe('JSON path from the envelope, for example $.data.series[0].values.'),
  reason: z.string(),
});
const refusedEventSchema = z.object({
  index: z.int().describe('Position in the batch, from 0.'),
  id: z.string().optional(),
  code: z.string(),
  issues: z.array(issueSchema),
});

export const intakeSchema = z.object({
  accepted: z.array(z.object({ index: z.int(), id: z.string(), type: z.string() })),
  refused: z.array(refusedEventSchema),
});

/** What every failure answers: RFC 9457 problem details. */
export const problemSchema = z.object({
  title: z.string(),
  status: z.int(),
  code: z.string().describe('Stable, for programs; prefix HEADROOM_.'),
  detail: z.string().describe('What was wrong and what to do about it.'),
  id: z.string().optional().describe('Of the event that was refused.'),
  issues: z.array(issueSchema).optional(),
  reason: z.string().optional().describe('Stable, kebab-case: why a command was refused.'),
  ...intakeSchema.partial().shape,
});

export const profileAnswerSchema = z.object({
  id: z.string().describe('Id of the profile.recorded event: the same profile sent twice is one event.'),
  version: commitSchema.describe('The commit that the profile was taken to be of.'),
  profile: blobRefSchema,
  samples: z.int(),
  frames: z.object({
    resolved: z.int().describe('First-party frames that carry a name from the source.'),
    unresolved: z.int().describe("First-party frames that keep the engine's name."),
  }),
  unmappedFiles: z.array(z.string()).describe('Files that no path map covers; their code counts as third-party.'),
  problems: z.array(z.string()),
});
/** What became of a profile. */
export type ProfileAnswer = z.infer<typeof profileAnswerSchema>;

export const casesSchema = z.object({
  cases: z.array(caseItemSchema),
  nextCursor: z.string().optional().describe('Give it as `cursor` to go on; absent on the last page.'),
  position: z.string().describe('Give it to the stream as `after`: no update between the two is missed.'),
});
export const caseSchema = z.object({
  view: caseViewSchema,
  evidence: evidenceSummarySchema.optional(),
  note: z
    .string()
    .optional()
    .describe('Text of the note that was judged, its figures filled in. Markdown, not to be trusted as HTML.'),
} satisfies Fields<CaseDetails>);
export const timelineSchema = z.object({ caseId: z.string(), timeline: z.array(timelineEntrySchema) });
export const changesSchema = z.object({ changes: z.array(changeDeployed.schema) });
export const servicesSchema = z.object({ services: z.array(serviceSchema) });
export const deadLettersSchema = z.object({ deadLetters: z.array(deadLetterSchema) });
export const deadLetterDetailsSchema = deadLetterSchema.extend({
  headers: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
  text: z.string().optional(),
  base64: z.string().nullable(),
});
export const healthSchema = z.object({
  status: z.string(),
  stages: z.record(z.string(), z.string()).describe('Each stage of the process, and how it is.'),
});
