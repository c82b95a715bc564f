import { z } from 'zod';
import {
  baseSchema,
  blobRefSchema,
  caseEventShape,
  commitSchema,
  nameSchema,
  personSchema,
  sha256Schema,
  stopSchema,
  timestampSchema,
} from '../common.js';
import { caseEvent, serviceState } from '../contract.js';
import { exampleBlob, exampleCase, exampleCommit, exampleSha, exampleSubject } from './case.example.js';

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
