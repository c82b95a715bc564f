import { z } from 'zod';

/** What is read of GrowthBook's answers; all else is ignored, so that later versions may add some. */
export const pagedSchema = z.object({ hasMore: z.boolean(), nextOffset: z.int().nullable(), total: z.int() });

const text = z.string().nullish();

export const experimentSchema = z.object({
  id: z.string(),
  name: z.string(),
  project: text,
  owner: text,
  archived: z.boolean().optional(),
  status: z.string(),
  variations: z.array(z.object({ variationId: z.string(), key: text, name: text })).default([]),
  phases: z
    .array(
      z.object({
        name: text,
        dateStarted: text,
        dateEnded: text,
        reasonForStopping: text,
        coverage: z.number().nullish(),
        trafficSplit: z.array(z.object({ variationId: z.string(), weight: z.number() })).nullish(),
      }),
    )
    .default([]),
  resultSummary: z.object({ status: text, winner: text, conclusions: text }).nullish(),
});
export type GrowthBookExperiment = z.infer<typeof experimentSchema>;

const ruleSchema = z.object({
  type: z.string(),
  enabled: z.boolean().optional(),
  coverage: z.number().nullish(),
  experimentId: text,
});

export const featureSchema = z.object({
  id: z.string(),
  project: text,
  owner: text,
  archived: z.boolean().optional(),
  dateCreated: z.string(),
  valueType: text,
  defaultValue: text,
  environments: z
    .record(z.string(), z.object({ enabled: z.boolean(), rules: z.array(ruleSchema).default([]) }))
    .default({}),
  revision: z.object({ version: z.number(), comment: text, date: z.string(), publishedBy: text }).nullish(),
});
export type GrowthBookFeature = z.infer<typeof featureSchema>;

const amount = z.number().nullish();

export const resultsSchema = z.object({
  result: z
    .object({
      dateUpdated: text,
      results: z
        .array(
          z.object({
            dimension: text,
            totalUsers: amount,
            checks: z.object({ srm: amount }).nullish(),
            metrics: z
              .array(
                z.object({
                  metricId: z.string(),
                  variations: z.array(
                    z.object({
                      variationId: z.string(),
                      users: amount,
                      analyses: z
                        .array(
                          z.object({
                            engine: text,
                            mean: amount,
                            percentChange: amount,
                            ciLow: amount,
                            ciHigh: amount,
                            pValue: amount,
                            chanceToBeatControl: amount,
                          }),
                        )
                        .default([]),
                    }),
                  ),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    })
    .nullish(),
});
