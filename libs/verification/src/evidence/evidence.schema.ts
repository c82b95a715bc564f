import {
  baseSchema,
  blobRefSchema,
  caseKindSchema,
  commitSchema,
  sha256Schema,
  skillRefSchema,
  stopSchema,
  timestampSchema,
  verdictSchema,
} from '@headroom/contracts';
import { z } from 'zod';

/** Name and version of the record's form. */
export const EVIDENCE_SCHEMA = 'headroom.evidence.v1';

const text = z.string().max(8000);
const finite = z.number();

/** One command that was run. */
const commandRunSchema = z.strictObject({
  stage: z.enum([
    'install',
    'build-base',
    'build-head',
    'test-base',
    'test-head',
    'differential-build-base',
    'differential-build-head',
    'differential-base',
    'differential-head',
    'benchmark-base',
    'benchmark-head',
  ]),
  command: z.array(text),
  outcome: text,
  exitCode: z.int(),
  wallMs: finite,
  cpuSeconds: finite.optional(),
  /** End of what it wrote, bounded; only where it failed. */
  output: z.string().max(20_000).optional(),
});
export type CommandRun = z.infer<typeof commandRunSchema>;

const testsSchema = z.strictObject({
  /** Absent where the test runner's report could not be read. */
  passed: z.int().optional(),
  failed: z.int().optional(),
  skipped: z.int().optional(),
  /** Names of failed tests, bounded. */
  failures: z.array(text).max(100),
  exitCode: z.int(),
  outcome: text,
});
export type TestsSummary = z.infer<typeof testsSchema>;

const differenceSchema = z.strictObject({
  /** What differs: a returned value, a log record. */
  of: z.enum(['return', 'call', 'log']),
  /** Function id, or level of the log record. */
  subject: text,
  message: text,
});
export type Difference = z.infer<typeof differenceSchema>;

const differentialSchema = z.strictObject({
  functions: z.array(
    z.strictObject({
      id: text,
      changed: z.boolean(),
      /** Calls on base and head. */
      calls: z.strictObject({ base: z.int(), head: z.int() }),
      /** Distinct cases that were compared, and cases left out because base differs from itself. */
      compared: z.int(),
      masked: z.int(),
    }),
  ),
  logRecords: z.strictObject({
    base: z.int(),
    head: z.int(),
    /** Records that an allowed effect took away, by level. */
    removed: z.record(z.string(), z.int()),
    masked: z.int(),
  }),
  /** What base itself does differently from run to run. */
  masks: z.array(text).max(200),
  differences: z.array(differenceSchema).max(50),
  /** Of a revert: differences from the base that are how the code behaved before the change that is taken back. Absent = none. */
  restored: z.strictObject({ commit: commitSchema, differences: z.array(differenceSchema).max(50) }).optional(),
  /** Changed functions whose behaviour the tests do not show, and why. */
  untested: z.array(z.strictObject({ function: text, why: text })).max(50),
});
export type DifferentialRecord = z.infer<typeof differentialSchema>;

const armSampleSchema = z.strictObject({
  cpuSeconds: finite,
  wallMs: finite,
  restOfHostCores: finite,
  exitCode: z.int(),
  outcome: text,
});
export type ArmSample = z.infer<typeof armSampleSchema>;

const armSchema = z.enum(['base', 'head', 'control']);

const roundSchema = z.strictObject({
  /** Which planned round this is a try of, from 0. */
  round: z.int(),
  order: z.array(armSchema).length(3),
  base: armSampleSchema,
  head: armSampleSchema,
  control: armSampleSchema,
  /** Why it does not count. */
  discarded: z.enum(['busy-host']).optional(),
});
export type RoundRecord = z.infer<typeof roundSchema>;

const intervalSchema = z.strictObject({ estimate: finite, low: finite, high: finite });

const lookSchema = z.strictObject({
  rounds: z.int(),
  level: finite,
  cpu: intervalSchema,
  control: intervalSchema,
  wall: intervalSchema,
  noiseFloor: finite,
  requiredEffect: finite,
  conclusion: z.enum(['improved', 'worse', 'undecided', 'noisy']),
});

const failedArmSchema = z.strictObject({
  arm: armSchema,
  /** `failed`: exit code, bound or signal; `too-short`: too little CPU for the clock. */
  reason: z.enum(['failed', 'too-short']),
  message: text,
});

const measurementSchema = z.strictObject({
  /** With `{operations}`, as configured. */
  command: z.array(text),
  operations: z.int().min(1),
  seed: z.int(),
  plannedLooks: z.array(z.int().min(1)).min(1),
  minimumEffect: finite,
  /** A round in which the rest of the host used more, cores, in any arm does not count. */
  busyHostCores: finite,
  /** Discarded rounds after which the host is called noisy. */
  maxDiscarded: z.int(),
  cpuSource: z.enum(['cgroup', 'process-tree']).optional(),
  /** Candidates of the draft that may be measured; the error is split over them (Holm, first step). Absent = one. */
  candidates: z.int().min(2).optional(),
  /** Runs that changed their working folder; the next run got a new one. Absent = none. */
  renewed: z.int().min(1).optional(),
  rounds: z.array(roundSchema),
  looks: z.array(lookSchema),
  failed: failedArmSchema.optional(),
});
export type MeasurementRecord = z.infer<typeof measurementSchema>;

const noteSchema = z.strictObject({
  sha256: sha256Schema,
  /** Bytes. */
  size: z.int().nonnegative(),
  outcome: z.enum(['accept', 'cost-shift', 'abstain']),
  /** Figures of the finding that it asks for, by name. */
  figures: z.array(text).max(50),
});
/** See {@link evidenceRecordSchema}. */
export type NoteRecord = z.infer<typeof noteSchema>;

/** Everything that a verdict rests on. */
export const evidenceRecordSchema = z.strictObject({
  schema: z.literal(EVIDENCE_SCHEMA),
  case: z.strictObject({
    caseId: z.string(),
    attempt: z.int().min(1),
    kind: caseKindSchema,
    service: text,
    repository: text,
    subject: text,
  }),
  skill: skillRefSchema.optional(),
  allowedEffects: z.array(text),
  /** The draft.concluded event that was judged. */
  draft: z.strictObject({ id: text, blob: blobRefSchema }),
  base: baseSchema.extend({ tree: commitSchema.optional() }),
  /** What the patch is. Absent = `patch`. */
  change: z.enum(['revert', 'config']).optional(),
  /** Set instead of a patch: a text for a person, which changes nothing. `patch` is then that of no text and no files. */
  note: noteSchema.optional(),
  /** Absent where the patch did not apply. */
  head: z.strictObject({ tree: commitSchema }).optional(),
  patch: z.strictObject({ sha256: sha256Schema, files: z.array(text) }),
  policy: z.strictObject({
    violations: z.array(z.strictObject({ rule: text, path: text.optional(), message: text })).max(200),
    /** What the repository's own policy asked for and does not get. */
    notes: z.array(text).max(50).optional(),
  }),
  /** Set where nothing could be examined: the machine, or the repository, did not allow it. */
  hindered: z.strictObject({ verdict: z.enum(['sandbox-unavailable', 'error']), stop: stopSchema }).optional(),
  /** Set where the install command is one that scripts cannot be switched off for. */
  installRefused: stopSchema.optional(),
  /** Variables that the commands saw beside the sandbox's own. */
  environment: z.record(z.string(), z.string()).optional(),
  commands: z.array(commandRunSchema),
  tests: z.strictObject({ base: testsSchema.optional(), head: testsSchema.optional() }),
  differential: differentialSchema.optional(),
  /** False where the service has no benchmark. */
  benchmarked: z.boolean(),
  measurement: measurementSchema.optional(),
  sandbox: z.strictObject({
    kind: z.enum(['bubblewrap', 'none', 'not-used']),
    enforcedLimits: z.record(z.string(), z.string()),
  }),
  host: z.strictObject({
    hostClass: text,
    platform: text,
    kernel: text,
    cpuModel: text,
    cores: z.int(),
    node: text,
  }),
  verdict: verdictSchema,
  stopped: stopSchema.optional(),
  startedAt: timestampSchema,
  endedAt: timestampSchema,
  tool: z.strictObject({ name: text, version: text }),
  /** Key id. */
  signer: text,
});
/** See {@link evidenceRecordSchema}. */
export type EvidenceRecord = z.infer<typeof evidenceRecordSchema>;

/** What is not yet concluded of a record. */
export type Findings = Omit<EvidenceRecord, 'verdict' | 'stopped' | 'endedAt'>;

/** A record with its signature, as it is stored. */
export const signedEvidenceSchema = z.strictObject({
  record: evidenceRecordSchema,
  signature: z.strictObject({ algorithm: z.literal('ed25519'), keyId: text, value: z.base64() }),
});
