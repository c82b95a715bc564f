import { commitSchema, nameSchema } from '@headroom/contracts';
import { z } from 'zod';
import { addressSchema, tokenEnvSchema } from './tools.config.js';

const pullSchema = z
  .strictObject({
    /** Service that the profiles are of. */
    service: nameSchema,
    environment: nameSchema.default('production'),
    /** Kind of host that the service runs on; costs are compared within one kind. */
    hostClass: nameSchema.default('unknown'),
    /** Address of a profile in pprof, such as that of Go's net/http/pprof: `http://till.example:6060/debug/pprof/profile`. */
    url: addressSchema.optional(),
    /** Variable that holds the bearer token for `url`. */
    tokenEnv: tokenEnvSchema.optional(),
    /** Which process of the deployment answers at `url`, when several are profiled. */
    process: nameSchema.optional(),
    /** How long `url` profiles each time, seconds. */
    seconds: z.int().min(1).max(600).default(10),
    /** Instead of `url`: what `tools.pyroscope` has of the service, whole windows. */
    pyroscope: z.literal(true).optional(),
    /** Length of a window, seconds: one profile a window. */
    everySeconds: z.int().min(1).max(86_400).default(60),
    /** Commit that runs, for a service that is never deployed anew. */
    version: commitSchema.optional(),
    /** Address whose answer holds the commit that runs, the first full commit id of its text. */
    versionFrom: addressSchema.optional(),
    /** Name of a metric of `tools.prometheus.metrics`: units of work that what is profiled does per second. */
    unitsFrom: nameSchema.optional(),
    /** Goes before the path map of the configured service. */
    pathMap: z.record(z.string().regex(/^[^=]+$/, { error: 'must hold no =' }), z.string()).default({}),
    /** Prefixes of names without a file that are the repository's. */
    firstParty: z.array(nameSchema).default([]),
  })
  .superRefine(({ url, pyroscope, seconds, everySeconds }, context) => {
    const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if ((url === undefined) === (pyroscope === undefined))
      refuse('url', 'is given, or pyroscope: true; one of the two');
    if (url !== undefined && seconds >= everySeconds) {
      refuse('seconds', 'must be less than everySeconds: profiles of one process do not overlap');
    }
  });
/** A source of profiles that is asked on a schedule, defaults filled in; it has `url` or `pyroscope`. */
export type PullSettings = z.infer<typeof pullSchema>;

/** Where profiles come from beside those that are sent. */
export const profilesSchema = z.strictObject({
  /** Sources that the gateway asks on a schedule. */
  pull: z.array(pullSchema).max(500).default([]),
});
