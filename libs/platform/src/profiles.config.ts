import { commitSchema, nameSchema } from '@headroom/contracts';
import { z } from 'zod';
import { addressSchema, tokenEnvSchema } from './tools.config.js';

const pullFields = {
  /** Service that the profiles are of. */
  service: nameSchema,
  environment: nameSchema.default('production'),
  /** Kind of host that the service runs on; costs are compared within one kind. */
  hostClass: nameSchema.default('unknown'),
  /** Length of a window, seconds: one profile a window. */
  everySeconds: z.int().min(1).max(86_400).default(60),
  /** Commit that runs, for a service that is never deployed anew. */
  version: commitSchema.optional(),
  /** Address whose answer holds the commit that runs, the first full commit id of its text. */
  versionFrom: addressSchema.optional(),
  /** Build id of the program → commit. */
  builds: z.record(z.string().min(1), commitSchema).default({}),
  /** Goes before the path map of the configured service. */
  pathMap: z
    .record(
      z
        .string()
        .min(1)
        .regex(/^[^=]+$/, { error: 'must hold no =' }),
      z.string(),
    )
    .default({}),
  /** Prefixes of names without a file that are the repository's. */
  firstParty: z.array(nameSchema).default([]),
};

const endpointSchema = z
  .strictObject({
    ...pullFields,
    /** Address of a profile in pprof, such as that of Go's net/http/pprof: `http://till.example:6060/debug/pprof/profile`. */
    url: addressSchema,
    /** Variable that holds the bearer token. */
    tokenEnv: tokenEnvSchema.optional(),
    /** Which process of the deployment it is, when several are profiled. */
    process: nameSchema.optional(),
    /** How long each profile is taken, seconds. */
    seconds: z.int().min(1).max(600).default(10),
  })
  .refine(({ seconds, everySeconds }) => seconds < everySeconds, {
    path: ['seconds'],
    error: 'must be less than everySeconds: profiles of one process do not overlap',
  });
/** A pprof address that is asked on a schedule, defaults filled in. */
export type EndpointPullSettings = z.infer<typeof endpointSchema>;

const pullSchema = endpointSchema;
/** A source of profiles that is asked on a schedule, defaults filled in. */
export type PullSettings = z.infer<typeof pullSchema>;

/** Where profiles come from beside those that are sent. */
export const profilesSchema = z.strictObject({
  /** Sources that the gateway asks on a schedule. */
  pull: z.array(pullSchema).max(500).default([]),
});
/** The `profiles:` block, defaults filled in. */
export type ProfilesSettings = z.infer<typeof profilesSchema>;
