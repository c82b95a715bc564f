import { collidingTeams, nameSchema, repositorySchema, teamSchema, teamsOf } from '@headroom/contracts';
import { z } from 'zod';
import { agentSchema } from './agent.config.js';
import { opportunityScanSchema, serviceOpportunitiesSchema } from './opportunities.config.js';
import { profilesSchema } from './profiles.config.js';
import { skillsSchema } from './skills.config.js';
import { toolsSchema } from './tools.config.js';

const commandSchema = z
  .array(z.string().min(1))
  .min(1)
  .describe('a command as a list of words, for example ["npm", "test"]; no shell is involved');

const repositoryConfigSchema = z.strictObject({
  /** Stable name of the repository; part of every case identity. */
  name: repositorySchema,
  /** Anything that `git clone` takes. `{data}` is the data directory; a relative path is relative to this file. */
  url: z.string().min(1),
  /** Branch that proposals are made against. */
  branch: z.string().min(1).default('main'),
  /** Folder of the repository that is the service's root, for example `services/web`; commands run there. */
  path: z
    .string()
    .regex(/^(?:[^./\\\s][^/\\]*(?:\/[^./\\][^/\\]*)*)?$/, {
      message:
        'must be a folder of the repository as git names it, such as services/web: no slash at its ends, no name that begins with a dot',
    })
    .default(''),
  /** Whether code of this repository may be sent to the model. Nothing is, unless this says so. */
  sendToModel: z.boolean().default(false),
});

/** Variables that the sandbox itself sets, or by which a program is made another one. */
const SANDBOX_VARIABLES = /^(?:PATH|HOME|TMPDIR|CI|TZ|LANG|LD_[A-Z_]+)$/;

const environmentSchema = z.record(
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { message: 'must be that of an environment variable, such as LOG_LEVEL' })
    .refine((name) => !SANDBOX_VARIABLES.test(name), { message: 'is set by the sandbox; remove it' }),
  z.string().max(4000),
);

const looksSchema = z.array(z.int().min(4).max(200)).min(1).max(5);
const timeoutSchema = z.int().min(1000).max(7_200_000);
const minimumEffectSchema = z.number().min(0.001).max(0.9);

const limitFields = {
  /** Memory of one command with all that it starts, MiB. */
  memoryMiB: z.int().min(256).max(65_536),
  /** Processes and threads of one command. */
  processes: z.int().min(16).max(8192),
  /** What one command may write to its output, MiB. */
  outputMiB: z.int().min(1).max(1024),
  /** What one command may add to its working folder, MiB. */
  diskMiB: z.int().min(1).max(65_536),
};

const limitsSchema = z.strictObject({
  memoryMiB: limitFields.memoryMiB.default(2048),
  processes: limitFields.processes.default(256),
  outputMiB: limitFields.outputMiB.default(64),
  diskMiB: limitFields.diskMiB.default(1024),
});

const verificationSchema = z.strictObject({
  /** Rounds after which the samples are looked at; fixed before the run. */
  looks: looksSchema.default([12, 24]),
  /** Longest run of one build, milliseconds. */
  buildTimeoutMs: timeoutSchema.default(300_000),
  /** Longest run of one test command, milliseconds. */
  testTimeoutMs: timeoutSchema.default(300_000),
  /** Longest arm of one round, milliseconds. */
  armTimeoutMs: timeoutSchema.default(60_000),
  /** Smallest improvement worth a proposal, as a ratio of CPU per operation. */
  minimumEffect: minimumEffectSchema.default(0.01),
  /** Bounds of every command in the sandbox. */
  limits: limitsSchema.prefault({}),
});
/** How candidates are verified, defaults filled in. */
export type VerificationSettings = z.infer<typeof verificationSchema>;

/** What one service does otherwise; nothing is filled in here. */
const verificationOverrideSchema = z
  .strictObject({
    looks: looksSchema,
    buildTimeoutMs: timeoutSchema,
    testTimeoutMs: timeoutSchema,
    armTimeoutMs: timeoutSchema,
    minimumEffect: minimumEffectSchema,
    limits: z.strictObject(limitFields).partial(),
  })
  .partial();

const policySchema = z.strictObject({
  /** Most files that one candidate may touch. */
  maxFiles: z.int().min(1).max(100).default(10),
  /** Most added and removed lines of one candidate. */
  maxChangedLines: z.int().min(1).max(4000).default(400),
  /** Path patterns (`*` within a folder, `**` across; seen from the repository's root) that no candidate may touch, beside the built-in ones. */
  protect: z.array(z.string().min(1)).default([]),
});

const serviceSchema = z.strictObject({
  repository: repositoryConfigSchema,
  /** Where the code lies in the running container → where it lies in the repository. The longest prefix wins. */
  pathMap: z.record(z.string().min(1), z.string()).default({}),
  /** Owns the service: part of the name of the topic that holds its proposals. */
  team: teamSchema,
  /** What the service is for: a request, a job, an item. */
  unitOfWork: nameSchema.default('request'),
  /** Installs dependencies, outside the sandbox and always with install scripts off; absent = nothing to install. */
  install: commandSchema.optional(),
  /**
   * Compiles the service; runs in the sandbox on a clean checkout of base and head, before tests and benchmark. Absent = the source
   * runs as it is.
   */
  build: commandSchema.optional(),
  /** Variables that build, tests and benchmark see in the sandbox. Never a secret: the code of a candidate reads them. */
  env: environmentSchema.default({}),
  /** Runs the repository's own tests; exit code 0 = all passed. */
  test: commandSchema,
  benchmark: z
    .strictObject({
      /** `{operations}` is replaced by the operation count. */
      command: commandSchema.refine((words) => words.some((word) => word.includes('{operations}')), {
        message: 'one word must contain {operations}: the benchmark takes the number of operations to run',
      }),
      /** Operations of one arm of one round; choose it so that an arm takes about a second. */
      operations: z.int().min(1),
      /** Files and folders (patterns, seen from the service's root) of the benchmark; no candidate may touch them. */
      harness: z.array(z.string().min(1)).default(['bench/**', 'benchmark/**', 'benchmarks/**']),
    })
    .optional(),
  policy: policySchema.prefault({}),
  /** What this service needs otherwise than the block of the same name at the top level. */
  verification: verificationOverrideSchema.default({}),
  /** Where opportunities are looked for, and whether any may begin without being asked for. */
  opportunities: serviceOpportunitiesSchema.prefault({}),
});
export type ServiceConfig = z.infer<typeof serviceSchema>;

const servicesSchema = z.record(nameSchema, serviceSchema).superRefine((services, context) => {
  for (const [first, second] of collidingTeams(teamsOf({ services }))) {
    const service = Object.keys(services).find((name) => services[name]?.team === second) ?? '';
    context.addIssue({
      code: 'custom',
      path: [service, 'team'],
      message: `differs from the team "${first}" only in dots and underscores, which Kafka cannot tell apart in topic names; write one of the two everywhere, or rename one`,
    });
  }
});

/** `headroom.config.yaml`. Every key is validated; unknown keys are refused. */
export const configSchema = z
  .strictObject({
    version: z.literal(1),
    services: servicesSchema,
    verification: verificationSchema.prefault({}),
    /** What the tools look at beside Headroom's own stores. */
    tools: toolsSchema.prefault({}),
    skills: skillsSchema.prefault({}),
    /** Where profiles are fetched from, beside those that are sent. */
    profiles: profilesSchema.prefault({}),
    /** The model that drafts what no playbook can. */
    agent: agentSchema.prefault({}),
    /** How opportunities are looked for. */
    opportunities: opportunityScanSchema.prefault({}),
  })
  .superRefine(({ profiles, tools }, context) => {
    for (const [index, { pyroscope, unitsFrom }] of profiles.pull.entries()) {
      const refuse = (key: string, message: string): void =>
        context.addIssue({ code: 'custom', path: ['profiles', 'pull', index, key], message });
      if (pyroscope && !tools.pyroscope) refuse('pyroscope', 'needs tools.pyroscope, which names the server');
      if (unitsFrom !== undefined && tools.prometheus?.metrics[unitsFrom] === undefined) {
        refuse('unitsFrom', 'must be the name of a metric of tools.prometheus.metrics');
      }
    }
  });
/** The validated configuration, defaults filled in. */
export type HeadroomConfig = z.infer<typeof configSchema>;

/** How candidates of a service are verified: its own settings over those of all services. */
export function verificationOf(
  config: Pick<HeadroomConfig, 'verification'>,
  service: Pick<ServiceConfig, 'verification'>,
): VerificationSettings {
  const { limits, ...rest } = service.verification;
  return { ...config.verification, ...rest, limits: { ...config.verification.limits, ...limits } };
}
