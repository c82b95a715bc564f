import { nameSchema } from '@headroom/contracts';
import { z } from 'zod';

/** How opportunities are looked for in all services. */
export const opportunityScanSchema = z.strictObject({
  /** How often services with new profiles are looked at, minutes; 0 = only when somebody asks. */
  everyMinutes: z.number().min(0).max(10_080).default(60),
});
/** The `opportunities:` block of the top level, defaults filled in. */
export type OpportunityScanSettings = z.infer<typeof opportunityScanSchema>;

const automaticSchema = z.strictObject({
  /** Most cases that this permission holds open at a time. */
  max: z.int().min(1).max(20).default(1),
  /** Smallest expected saving, as a share of the service's CPU. */
  minimumSaving: z.number().gt(0).max(1).default(0.01),
  /** The skills that may be used; no others. */
  skills: z.array(nameSchema).min(1).max(200),
});
/** Standing permission to begin cases without being asked. */
export type AutomaticOpportunities = z.infer<typeof automaticSchema>;

/** How opportunities of one service are looked for. */
export const serviceOpportunitiesSchema = z
  .strictObject({
    /** Smallest share of the service's CPU at which a function is looked at. */
    minimumShare: z.number().gt(0).max(1).default(0.001),
    /** Largest share: above it a function is the service's own work. */
    maximumShare: z.number().gt(0).max(1).default(0.25),
    /** Most functions that are looked at, the dearest first. */
    functions: z.int().min(1).max(500).default(30),
    /** Absent = a case begins only when a person asks. The repository's own file can still say no. */
    automatic: automaticSchema.optional(),
  })
  .refine(({ minimumShare, maximumShare }) => minimumShare <= maximumShare, {
    path: ['maximumShare'],
    message: 'must not be below minimumShare',
  });
/** The `opportunities:` block of a service, defaults filled in. */
export type ServiceOpportunities = z.infer<typeof serviceOpportunitiesSchema>;
