import { collidingTeams, nameSchema, repositorySchema, teamSchema, teamsOf } from '@headroom/contracts';
import { z } from 'zod';

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
});

const policySchema = z.strictObject({
  /** Most files that one candidate may touch. */
  maxFiles: z.int().min(1).max(100).default(10),
  /** Most added and removed lines of one candidate. */
  maxChangedLines: z.int().min(1).max(4000).default(400),
  /** Path patterns (`*` within a folder, `**` across) that no candidate may touch, beside the built-in ones. */
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
      /** Files and folders (patterns) of the benchmark; no candidate may touch them. */
      harness: z.array(z.string().min(1)).default(['bench/**', 'benchmark/**', 'benchmarks/**']),
    })
    .optional(),
  policy: policySchema.prefault({}),
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
export const configSchema = z.strictObject({
  version: z.literal(1),
  services: servicesSchema,
  verification: z
    .strictObject({
      /** Rounds after which the samples are looked at; fixed before the run. */
      looks: z.array(z.int().min(4).max(200)).min(1).max(5).default([12, 24]),
      /** Longest run of one test command, milliseconds. */
      testTimeoutMs: z.int().min(1000).default(300_000),
      /** Longest arm of one round, milliseconds. */
      armTimeoutMs: z.int().min(1000).default(60_000),
      /** Smallest improvement worth a proposal, as a ratio of CPU per operation. */
      minimumEffect: z.number().min(0.001).max(0.9).default(0.01),
    })
    .prefault({}),
});
/** The validated configuration, defaults filled in. */
export type HeadroomConfig = z.infer<typeof configSchema>;
