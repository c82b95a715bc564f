import { z } from 'zod';
import {
  baseSchema,
  blobRefSchema,
  caseEventShape,
  commitSchema,
  nameSchema,
  personSchema,
  sha256Schema,
  skillRefSchema,
  stopSchema,
  timestampSchema,
} from '../common.js';
import { caseEvent, serviceState } from '../contract.js';

const frameSchema = z.object({
  id: z.string().max(1024),
  origin: z.enum(['first-party', 'third-party', 'runtime']),
  /** CPU-seconds per unit of work (or share of CPU) that this frame gained. */
  delta: z.number(),
});

/** A deployment as the detector knows it, with what it brought. */
const deploymentSchema = z.object({
  deployment: nameSchema,
  kind: z.enum(['code', 'config']),
  deployedAt: timestampSchema,
  commit: commitSchema.optional(),
  previousCommit: commitSchema.optional(),
  config: z
    .array(z.object({ key: nameSchema, before: z.string().nullable(), after: z.string().nullable() }))
    .optional(),
});
export type DeploymentRef = z.infer<typeof deploymentSchema>;

const pointSchema = z.object({
  deployment: nameSchema,
  version: z.string(),
  value: z.number(),
  /** False = set aside: the host was busy. */
  quiet: z.boolean(),
});

const profileRefSchema = blobRefSchema.extend({ version: nameSchema.optional().describe('Commit that ran.') });

const regressionSchema = z.object({
  environment: nameSchema,
  hostClass: nameSchema,
  /** `cpu-seconds-per-unit`, or `cpu-share` where CPU time or work was not supplied. */
  metric: z.enum(['cpu-seconds-per-unit', 'cpu-share']),
  unitOfWork: nameSchema,
  changePoint: deploymentSchema,
  /** Deployments that may be the change point, the estimate included, and configuration changes among them. */
  candidates: z.array(deploymentSchema).min(1),
  before: z.number(),
  after: z.number(),
  delta: z.number(),
  /** delta / cost of the whole service before. */
  deltaOfService: z.number(),
  /** Between-deployment standard deviation of the function. */
  sd: z.number(),
  /** One-sided p, the search over splits paid for. */
  p: z.number(),
  /** Benjamini-Hochberg adjusted p over the first-party functions of the service. */
  q: z.number(),
  counts: z.object({ before: z.int(), after: z.int(), setAside: z.int() }),
  /** From the outermost first-party frame to the subject. */
  chain: z.array(frameSchema).min(1),
  /** Frames below the subject that gained cost, largest first. */
  grownCallees: z.array(frameSchema),
  series: z.array(pointSchema),
  /** Profiles of quiet deployments on both sides of the change point. */
  profiles: z.object({ before: z.array(profileRefSchema), after: z.array(profileRefSchema) }),
  /** What the reader must know about the figures, for example `rest-of-host-unknown`. */
  qualityFlags: z.array(z.string()),
});
export type Regression = z.infer<typeof regressionSchema>;

const opportunitySchema = z.object({
  /** sha256 of the subject's source when it was asked for. */
  subjectContent: sha256Schema,
  skill: nameSchema.optional(),
  requestedBy: z.string().optional(),
  note: z.string().optional(),
  /** The newest profiles of the service that the detector knows. */
  profiles: z.array(blobRefSchema),
});

const findingSchema = z
  .object({ ...caseEventShape, regression: regressionSchema.optional(), opportunity: opportunitySchema.optional() })
  .refine((data) => (data.kind === 'regression' ? data.regression : data.opportunity), {
    path: ['kind'],
    message: 'needs the section of its kind',
  });
export type Finding = z.infer<typeof findingSchema>;

const exampleCase = (step: string) => ({
  caseId: 'opp-0123456789abcdef0123',
  attempt: 1,
  step,
  causationId: '7d1b7c0e-2f0a-5c53-8f0a-0a4a8f2f6b1e',
});
const exampleSubject = {
  kind: 'opportunity' as const,
  service: 'web',
  repository: 'shop/web',
  subject: 'src/search/tokenize.ts:tokenize',
};
const exampleCommit = '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910';
const exampleSha = 'a3c024f1d8b5d3a7f3f0f7f3f9c0b6f0f1d2c3b4a5968778695a4b3c2d1e0f00';
const exampleBlob = (mediaType: string) => ({ sha256: exampleSha, size: 1204, mediaType });
const exampleSkill = { name: 'regex-precompile', version: '1.0.0', digest: exampleSha };

export const findingOpened = caseEvent<Finding>({
  name: 'finding.opened',
  summary: 'A confirmed regression, or an admitted opportunity: a case begins.',
  producer: 'detector',
  consumers: ['context-gatherer', 'projector'],
  schema: findingSchema,
  example: {
    case: exampleCase('finding.1'),
    ...exampleSubject,
    opportunity: { subjectContent: exampleSha, profiles: [] },
  },
});

const revisedSchema = z.object({
  ...caseEventShape,
  /** `late-change`: a deployment that can be the change point was announced after the finding was opened. */
  revision: z.literal('late-change'),
  change: deploymentSchema,
});
export type Revised = z.infer<typeof revisedSchema>;

export const findingRevised = caseEvent<Revised>({
  name: 'finding.revised',
  summary:
    'Something became known of an open finding: a change that was announced late and lies among its candidates. It begins a new attempt only where that change ranks first.',
  producer: 'detector',
  consumers: ['context-gatherer', 'projector'],
  schema: revisedSchema,
  example: {
    case: { ...exampleCase('revision.1'), caseId: 'reg-0123456789abcdef0123' },
    kind: 'regression',
    service: 'web',
    repository: 'shop/web',
    subject: 'src/search/tokenize.ts:tokenize',
    revision: 'late-change',
    change: {
      deployment: '2026-11-02.4',
      kind: 'config',
      deployedAt: '2026-11-02T09:59:00Z',
      config: [{ key: 'search.cacheSize', before: '10000', after: '0' }],
    },
  },
});

const rootCauseSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('named'),
    /** A commit, or a configuration key of a deployment. */
    cause: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('commit'),
        commit: commitSchema,
        title: z.string(),
        author: personSchema,
        committedAt: timestampSchema,
        deployment: nameSchema,
        /** What it changed, among the frames of the finding. */
        symbols: z.array(z.string()),
      }),
      z.object({
        kind: z.literal('config'),
        key: nameSchema,
        before: z.string().nullable(),
        after: z.string().nullable(),
        deployment: nameSchema,
      }),
      z.object({
        kind: z.literal('experiment'),
        key: nameSchema,
        /** Shares of the traffic that were exposed, 0 to 1. */
        before: z.number(),
        after: z.number(),
        /** The deployment that ran when the exposure changed. */
        deployment: nameSchema,
      }),
      z.object({
        kind: z.literal('dependency'),
        package: nameSchema,
        /** Versions as the manifest writes them; null where it was not there. */
        from: z.string().nullable(),
        to: z.string().nullable(),
        /** The commit that changed it. */
        commit: commitSchema,
        title: z.string(),
        author: personSchema,
        committedAt: timestampSchema,
        deployment: nameSchema,
      }),
    ]),
    /** 0 to 1, as ranked. */
    score: z.number(),
    /** Probability that the named one is right, 0 to 1. */
    confidence: z.number().min(0).max(1).optional(),
    /** Where the growth is, as the code stands after the change. */
    lines: z.object({ path: z.string(), start: z.int(), end: z.int() }).optional(),
    /** Sentences, each about an observation in the dossier. */
    evidence: z.array(z.string()).min(1),
  }),
  z.object({ status: z.literal('abstained'), reason: stopSchema.shape.reason, message: z.string() }),
  /** An opportunity has no cause to name. */
  z.object({ status: z.literal('not-applicable') }),
]);
export type RootCause = z.infer<typeof rootCauseSchema>;

const rankedSchema = z.object({
  kind: z.enum(['commit', 'config', 'experiment', 'dependency']),
  /** Commit id, configuration key, key of the experiment, or package with its new version (`name@2.0.0`). */
  id: z.string(),
  title: z.string(),
  deployment: nameSchema,
  score: z.number(),
  /** Score by factor. */
  factors: z.record(z.string(), z.number()),
  /** What speaks for it and against it, a sentence each; of the first three. */
  evidence: z.object({ for: z.array(z.string()), against: z.array(z.string()) }).optional(),
});

const contextSchema = z.object({
  ...caseEventShape,
  /** Absent when the case stopped before the repository could be read. */
  base: baseSchema.optional(),
  rootCause: rootCauseSchema,
  /** Best first. */
  ranked: z.array(rankedSchema),
  /** The root cause's change, as a unified diff. */
  suspectDiff: blobRefSchema.optional(),
  /** The subject as it stands on the base. */
  function: z
    .object({
      path: z.string(),
      startLine: z.int(),
      endLine: z.int(),
      contentHash: sha256Schema,
      source: blobRefSchema,
    })
    .optional(),
  owners: z.array(z.object({ who: z.string(), why: z.string() })),
  /** The whole dossier. */
  dossier: blobRefSchema.optional(),
  /** The case that already works on the same cause; this one is stopped. */
  sameCause: z.object({ caseId: z.string(), service: nameSchema, subject: z.string() }).optional(),
  stopped: stopSchema.optional(),
});
export type Context = z.infer<typeof contextSchema>;

export const contextGathered = caseEvent<Context>({
  name: 'context.gathered',
  summary:
    'The dossier of a case: ranked causes, the suspect change, the code, the owners. Abstains from naming a cause when it cannot tell.',
  producer: 'context-gatherer',
  consumers: ['skill-executor', 'projector'],
  schema: contextSchema,
  example: {
    case: exampleCase('context.1'),
    ...exampleSubject,
    base: { branch: 'main', commit: exampleCommit },
    rootCause: { status: 'not-applicable' },
    ranked: [],
    function: {
      path: 'src/search/tokenize.ts',
      startLine: 12,
      endLine: 40,
      contentHash: exampleSha,
      source: exampleBlob('text/plain'),
    },
    owners: [{ who: 'search@web.example', why: 'CODEOWNERS' }],
    dossier: exampleBlob('application/json'),
  },
});

const draftSchema = z
  .object({
    ...caseEventShape,
    outcome: z.enum(['patch', 'abstain']),
    base: baseSchema.optional(),
    skill: skillRefSchema.optional(),
    /** Unified diff against the base, for `outcome: patch`. */
    patch: blobRefSchema.optional(),
    files: z.array(z.string()),
    /** What the candidate does, one sentence. */
    summary: z.string(),
    /** What the candidate rests on; every fact points at evidence. */
    facts: z.array(z.object({ text: z.string(), evidence: z.array(z.string()).min(1) })),
    /** Who should review: the author of the root cause, or the owners. */
    reviewers: z.array(z.object({ who: z.string(), why: z.string() })),
    /** Why the skill left it alone, for `outcome: abstain`. */
    stopped: stopSchema.optional(),
    /** The dossier that the candidate was drafted from. */
    dossier: blobRefSchema.optional(),
  })
  .superRefine((data, context) => {
    if (data.outcome === 'patch' && !(data.patch && data.base)) {
      context.addIssue({ code: 'custom', path: ['patch'], message: 'a patch needs its diff and its base' });
    }
    if (data.outcome === 'abstain' && !data.stopped) {
      context.addIssue({ code: 'custom', path: ['stopped'], message: 'an abstention needs its reason' });
    }
  });
export type Draft = z.infer<typeof draftSchema>;

export const draftConcluded = caseEvent<Draft>({
  name: 'draft.concluded',
  summary: 'A candidate patch, or a reasoned abstention.',
  producer: 'skill-executor',
  consumers: ['verifier', 'projector'],
  schema: draftSchema,
  example: {
    case: exampleCase('draft.1'),
    ...exampleSubject,
    outcome: 'patch',
    base: { branch: 'main', commit: exampleCommit },
    skill: exampleSkill,
    patch: exampleBlob('text/x-diff'),
    files: ['src/search/tokenize.ts'],
    summary: 'Moves two regular expressions out of tokenize.',
    facts: [{ text: 'tokenize builds a regular expression per word.', evidence: ['src/search/tokenize.ts:tokenize'] }],
    reviewers: [{ who: 'search@web.example', why: 'CODEOWNERS' }],
  },
});

/** How a verification can end. Only `improved` becomes a proposal. */
export const verdictSchema = z.enum([
  'improved',
  'no-effect',
  'worse',
  'tests-failed',
  'tests-failed-on-base',
  'behaviour-changed',
  'untested',
  'policy-refused',
  'install-failed',
  'build-failed',
  'build-failed-on-base',
  'no-benchmark',
  'benchmark-failed',
  'invalid-noisy',
  'sandbox-unavailable',
  'error',
]);
export type Verdict = z.infer<typeof verdictSchema>;

const verificationSchema = z.object({
  ...caseEventShape,
  /** Id of the draft.concluded event that was judged. */
  draftId: z.string(),
  base: baseSchema.optional(),
  patch: blobRefSchema.optional(),
  verdict: verdictSchema,
  /** Stable reason and a sentence, for every verdict but `improved`. */
  stopped: stopSchema.optional(),
  /** Set when the case waits and tries again. */
  parked: z.object({ reason: z.string(), resumesAt: timestampSchema.optional() }).optional(),
  /** The signed record. Absent where nothing could be examined. */
  evidence: blobRefSchema.optional(),
});
export type Verification = z.infer<typeof verificationSchema>;

export const verificationConcluded = caseEvent<Verification>({
  name: 'verification.concluded',
  summary:
    'What the verifier found. Figures are only in the signed evidence record; an event whose record does not verify opens nothing.',
  producer: 'verifier',
  consumers: ['pr-writer', 'projector'],
  schema: verificationSchema,
  example: {
    case: exampleCase('verify.1'),
    ...exampleSubject,
    draftId: '7d1b7c0e-2f0a-5c53-8f0a-0a4a8f2f6b1e',
    base: { branch: 'main', commit: exampleCommit },
    patch: exampleBlob('text/x-diff'),
    verdict: 'improved',
    evidence: exampleBlob('application/json'),
  },
});

const proposalSchema = z.object({
  ...caseEventShape,
  forge: z.literal('local'),
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
  summary: 'One branch and one proposal for a case, however often its evidence arrives.',
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

/** What a person can ask of a case. */
export const caseCommandSchema = z.enum(['retry', 'resume', 'dismiss', 'snooze']);
export type CaseCommand = z.infer<typeof caseCommandSchema>;

const commandedSchema = z
  .object({
    /** Of a `retry`, `attempt` is the new attempt; of every other command, the attempt that it is about. */
    ...caseEventShape,
    /**
     * `retry`: a new attempt, from the finding. `resume`: take up now what is parked. `dismiss`: end the case; an open
     * proposal is closed. `snooze`: no stage begins anything before `until`.
     */
    command: caseCommandSchema,
    /** When a snoozed case goes on by itself. */
    until: timestampSchema.optional(),
    /** Why, in the person's words. */
    reason: z.string().min(1).max(4000).optional(),
    /** Who asked: a person or a team, as the gateway knows them. */
    who: z.string().min(1).max(300),
  })
  .superRefine((data, context) => {
    if (data.command === 'snooze' && data.until === undefined) {
      context.addIssue({ code: 'custom', path: ['until'], message: 'is required for command "snooze"' });
    }
  });
export type Commanded = z.infer<typeof commandedSchema>;

export const caseCommanded = caseEvent<Commanded>({
  name: 'case.commanded',
  summary: 'A person decided about a case: try again, go on, wait, or leave it.',
  producer: 'gateway',
  consumers: ['context-gatherer', 'skill-executor', 'verifier', 'pr-writer', 'projector'],
  schema: commandedSchema,
  example: {
    case: { ...exampleCase('command.1'), attempt: 2 },
    ...exampleSubject,
    command: 'retry',
    reason: 'The benchmark covers this function now.',
    who: 'search@web.example',
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

const assessmentSchema = z.object({
  service: nameSchema,
  environment: nameSchema,
  hostClass: nameSchema,
  status: z.enum(['collecting', 'watching', 'noisy-machine']),
  /** One sentence with the counts. */
  message: z.string(),
  deployments: z.object({ measured: z.int(), quiet: z.int(), busy: z.int(), needed: z.int() }),
  /** The funnel: what each filter let in and out. */
  funnel: z.array(z.object({ filter: z.string(), in: z.int(), out: z.int() })),
});
export type ServiceAssessment = z.infer<typeof assessmentSchema>;

export const serviceAssessed = serviceState<ServiceAssessment>({
  name: 'service.assessed',
  summary:
    'What the detector can say about a service now: how many deployments are measured and quiet, and the funnel.',
  producer: 'detector',
  consumers: ['projector'],
  schema: assessmentSchema,
  example: {
    service: 'web',
    environment: 'production',
    hostClass: 'c7i.large',
    status: 'watching',
    message: '14 deployments measured, 13 of them on a quiet host.',
    deployments: { measured: 14, quiet: 13, busy: 1, needed: 12 },
    funnel: [{ filter: 'first-party functions', in: 61, out: 40 }],
  },
});
