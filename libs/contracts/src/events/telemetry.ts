import { z } from 'zod';
import {
  blobRefSchema,
  commitSchema,
  functionIdSchema,
  nameSchema,
  repositorySchema,
  sha256Schema,
  timestampSchema,
} from '../common.js';
import { telemetryEvent } from '../contract.js';

const windowsSchema = z.object({
  startedAt: z.array(timestampSchema).min(1).max(10_000).describe('Start of each window, in order.'),
  endedAt: z.array(timestampSchema).min(1).max(10_000).describe('End of each window.'),
});

const seriesSchema = z.object({
  metric: nameSchema.describe('What is measured, for example `cpu-seconds-per-unit`, `latency-p95`.'),
  unit: z.string().max(64).describe('Unit of the values, for example `s`, `B`, `1`.'),
  entity: nameSchema.optional().describe('Which part of the service; absent = the service as a whole.'),
  worse: z.enum(['up', 'down', 'neither']).describe('Which direction is bad news.'),
  values: z
    .array(z.number().nullable())
    .min(1)
    .max(10_000)
    .describe('One value a window; null = not measured, which is not zero.'),
  weights: z
    .array(z.number().nonnegative())
    .max(10_000)
    .optional()
    .describe('Weight of each value (its samples or units); absent = equal weights.'),
});

/** Columnar: many windows of many metrics of one service in one event. Every column has one entry a window. */
const measurementSchema = z
  .object({
    service: nameSchema,
    environment: nameSchema,
    version: commitSchema.optional().describe('Commit that ran.'),
    deployment: nameSchema.optional(),
    hostClass: nameSchema.optional().describe('Hosts that can be compared with each other: instance type, CPU model.'),
    unitOfWork: nameSchema.optional(),
    windows: windowsSchema,
    series: z.array(seriesSchema).min(1).max(1000),
    /** Quality columns, one entry a window. */
    quality: z
      .object({
        units: z.array(z.number().nonnegative()).max(10_000).optional(),
        cpuSeconds: z.array(z.number().nonnegative()).max(10_000).optional(),
        restOfHostCores: z
          .array(z.number().nonnegative())
          .max(10_000)
          .optional()
          .describe('CPU that the rest of the host used, in cores.'),
      })
      .optional(),
  })
  .superRefine((data, context) => {
    const length = data.windows.startedAt.length;
    const check = (column: readonly unknown[] | undefined, path: (string | number)[]): void => {
      if (column && column.length !== length) {
        context.addIssue({ code: 'custom', path, message: `has ${column.length} entries for ${length} windows` });
      }
    };
    check(data.windows.endedAt, ['windows', 'endedAt']);
    data.series.forEach((series, index) => {
      check(series.values, ['series', index, 'values']);
      check(series.weights, ['series', index, 'weights']);
    });
    for (const [name, column] of Object.entries(data.quality ?? {})) check(column, ['quality', name]);
  });
export type Measurement = z.infer<typeof measurementSchema>;

export const measurementRecorded = telemetryEvent<Measurement>({
  name: 'measurement.recorded',
  summary:
    'Points of a service over one or more windows, as columns: one event carries many metrics and many windows. Values that were not measured are null, never zero.',
  producer: 'monitors, benchmark jobs',
  consumers: ['detector'],
  schema: measurementSchema,
  example: {
    service: 'web',
    environment: 'production',
    version: '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910',
    deployment: '2026-11-02.3',
    hostClass: 'c7i.large',
    unitOfWork: 'request',
    windows: { startedAt: ['2026-11-02T10:00:00Z'], endedAt: ['2026-11-02T10:05:00Z'] },
    series: [{ metric: 'cpu-seconds-per-unit', unit: 's', worse: 'up', values: [0.000088] }],
    quality: { units: [120_000], cpuSeconds: [10.6], restOfHostCores: [0.04] },
  },
});

const profileSchema = z
  .object({
    service: nameSchema,
    environment: nameSchema,
    version: commitSchema.describe('Commit that ran.'),
    deployment: nameSchema,
    hostClass: nameSchema,
    process: nameSchema.optional().describe('Which process of the deployment, when several are profiled.'),
    startedAt: timestampSchema,
    endedAt: timestampSchema,
    unitOfWork: nameSchema.describe('What the service is for: a request, a job, an item.'),
    units: z
      .number()
      .positive()
      .optional()
      .describe('Units of work done while the profile was taken; absent = cost falls back to a share of samples.'),
    cpuSeconds: z
      .number()
      .positive()
      .optional()
      .describe('CPU-seconds of the process (all threads) while the profile was taken.'),
    mainThreadCpuSeconds: z.number().nonnegative().optional(),
    restOfHostCores: z
      .number()
      .nonnegative()
      .optional()
      .describe('CPU that the rest of the host used meanwhile, in cores: all but the process and its load generator.'),
    samples: z.int().positive().describe('CPU samples behind the profile.'),
    format: z
      .literal('headroom.stacks.v1')
      .describe('Weighted stacks with frames already resolved to `path:qualified.name`.'),
    profile: blobRefSchema,
  })
  .refine((data) => Date.parse(data.endedAt) > Date.parse(data.startedAt), {
    path: ['endedAt'],
    message: 'must be later than startedAt',
  });
export type Profile = z.infer<typeof profileSchema>;

export const profileRecorded = telemetryEvent<Profile>({
  name: 'profile.recorded',
  summary:
    'A CPU profile of one process of a deployment, its frames resolved by the publisher, together with the CPU time and the units of work of the same stretch. The stacks travel as a blob.',
  producer: 'profilers (headroom publish --profile)',
  consumers: ['detector'],
  schema: profileSchema,
  example: {
    service: 'web',
    environment: 'production',
    version: '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910',
    deployment: '2026-11-02.3',
    hostClass: 'c7i.large',
    startedAt: '2026-11-02T10:00:00Z',
    endedAt: '2026-11-02T10:05:00Z',
    unitOfWork: 'request',
    units: 120_000,
    cpuSeconds: 10.6,
    restOfHostCores: 0.04,
    samples: 13_250,
    format: 'headroom.stacks.v1',
    profile: {
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      size: 48_211,
      mediaType: 'application/vnd.headroom.stacks.v1+gzip',
    },
  },
});

const changeSchema = z
  .object({
    service: nameSchema,
    environment: nameSchema,
    deployment: nameSchema.describe('Identifies the deployment within the service; profiles and measurements name it.'),
    kind: z.enum(['code', 'config']),
    deployedAt: timestampSchema,
    repository: repositorySchema.optional(),
    commit: commitSchema.optional().describe('Commit that runs from now on.'),
    previousCommit: commitSchema
      .optional()
      .describe('Commit that ran before; the deployment brings everything in between. Absent = the first known one.'),
    buildIds: z
      .array(nameSchema)
      .max(100)
      .optional()
      .describe(
        'Build ids of the programs that run from now on, as profilers report them (`readelf -n`): a profile that names one is of this commit.',
      ),
    /** Settings that changed, for `kind: config`. */
    config: z
      .array(
        z.object({
          key: nameSchema,
          before: z.string().max(4000).nullable(),
          after: z.string().max(4000).nullable(),
        }),
      )
      .max(1000)
      .optional(),
    author: z.string().max(300).optional(),
  })
  .superRefine((data, context) => {
    if (data.kind === 'code' && !data.commit) {
      context.addIssue({ code: 'custom', path: ['commit'], message: 'is required for kind "code"' });
    }
    if (data.kind === 'config' && !data.config?.length) {
      context.addIssue({ code: 'custom', path: ['config'], message: 'needs at least one key for kind "config"' });
    }
  });
export type Change = z.infer<typeof changeSchema>;

export const changeDeployed = telemetryEvent<Change>({
  name: 'change.deployed',
  summary:
    'Code or configuration reached a service. A code deployment names the commit that runs now and the one before; it may bring several commits.',
  producer: 'deployment tools',
  consumers: ['detector'],
  schema: changeSchema,
  example: {
    service: 'web',
    environment: 'production',
    deployment: '2026-11-02.3',
    kind: 'code',
    deployedAt: '2026-11-02T09:58:00Z',
    repository: 'shop/web',
    commit: '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910',
    previousCommit: '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
  },
});

const signalSchema = z.object({
  service: nameSchema,
  kind: z
    .literal('opportunity-requested')
    .describe(
      'A request to work on an opportunity. Further kinds may follow; consumers ignore those they do not know.',
    ),
  repository: repositorySchema.optional(),
  subject: functionIdSchema.describe('The function to make cheaper.'),
  subjectContent: sha256Schema.describe(
    "sha256 of the subject's source on the base branch, computed by the requester: the same code asked for twice is one case.",
  ),
  skill: nameSchema.optional().describe('Skill to use; absent = whichever matches.'),
  requestedBy: z.string().max(300).optional(),
  note: z.string().max(4000).optional(),
});
export type Signal = z.infer<typeof signalSchema>;

export const signalRaised = telemetryEvent<Signal>({
  name: 'signal.raised',
  summary: 'Somebody asks for a pull request for an opportunity. Validated, deduplicated and admitted by the detector.',
  producer: 'people (headroom request), monitors, context-gatherer (standing permission)',
  consumers: ['detector'],
  schema: signalSchema,
  example: {
    service: 'web',
    kind: 'opportunity-requested',
    repository: 'shop/web',
    subject: 'src/search/tokenize.ts:tokenize',
    subjectContent: 'a3c024f1d8b5d3a7f3f0f7f3f9c0b6f0f1d2c3b4a5968778695a4b3c2d1e0f00',
    requestedBy: 'search team',
  },
});
