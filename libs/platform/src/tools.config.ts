import { HeadroomError, nameSchema } from '@headroom/contracts';
import { z } from 'zod';

/** An address without credentials. */
export const addressSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address, such as http://prometheus.example:9090' })
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
    error: 'must hold no user and no password; name the environment variable of a token in tokenEnv',
  });

/** Tokens never stand in the file: only the name of the variable that holds one. */
export const tokenEnvSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error:
    'must be the name of an environment variable, such as PROMETHEUS_TOKEN; the token itself is never written here',
});

const timeoutSchema = z.int().min(100).max(120_000).default(10_000);

const prometheusSchema = z.strictObject({
  /** Address of the server, with the path that its API lies under, if any. */
  url: addressSchema,
  /** Variable that holds the bearer token. */
  tokenEnv: tokenEnvSchema.optional(),
  /** Longest wait for one answer, milliseconds. */
  timeoutMs: timeoutSchema,
  /** Named metrics: PromQL in which `{service}` stands for the service, quoted for a label value. */
  metrics: z.record(nameSchema, z.string().min(1).max(4000)).default({}),
});
/** A Prometheus server, defaults filled in. */
export type PrometheusSettings = z.infer<typeof prometheusSchema>;

const labelSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, { error: 'must be the name of a label' });

const pyroscopeSchema = z.strictObject({
  /** Address of the server, with the path that its API lies under, if any. */
  url: addressSchema,
  /** Variable that holds the bearer token. */
  tokenEnv: tokenEnvSchema.optional(),
  /** Sent as `X-Scope-OrgID`, where Pyroscope has several tenants. */
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9!\-_.*'()|]{1,150}$/, { error: "must be letters, digits and !-_.*'()|" })
    .optional(),
  /** Longest wait for one answer, milliseconds. */
  timeoutMs: timeoutSchema,
  profileType: z
    .string()
    .regex(/^[^:\s]+(?::[^:\s]+){4}$/, {
      error:
        'must be <name>:<type>:<unit>:<period type>:<period unit>, such as process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    })
    .default('process_cpu:cpu:nanoseconds:cpu:nanoseconds'),
  /** Labels that name the service, and if there are such, its environment, the commit that runs and the deployment. */
  labels: z
    .strictObject({
      service: labelSchema.default('service_name'),
      environment: labelSchema.optional(),
      version: labelSchema.optional(),
      deployment: labelSchema.optional(),
    })
    .prefault({}),
  /** Environment of what no label says it of. */
  environment: nameSchema.default('production'),
  /** Services that are called otherwise there: our name → the value of the label. */
  services: z.record(nameSchema, z.string().min(1).max(500)).default({}),
  /** How far back to look where nobody says from when, hours. */
  lookBackHours: z.int().min(1).max(744).default(24),
});
/** A Grafana Pyroscope server, defaults filled in. */
export type PyroscopeSettings = z.infer<typeof pyroscopeSchema>;

const growthbookSchema = z.strictObject({
  /** Address of the API host, without `/api/v1`. */
  url: addressSchema.default('https://api.growthbook.io'),
  /** Variable that holds the secret key; GrowthBook answers nobody without one. */
  tokenEnv: tokenEnvSchema,
  timeoutMs: timeoutSchema,
  /** GrowthBook project ids → services that run their experiments. A project that is not named belongs to every service. */
  projects: z.record(z.string().min(1), z.array(nameSchema).min(1)).default({}),
});
/** GrowthBook's REST API, defaults filled in. */
export type GrowthBookSettings = z.infer<typeof growthbookSchema>;

const pathPatternSchema = z
  .string()
  .min(1)
  .max(500)
  .refine((pattern) => !pattern.startsWith('/') && !pattern.split('/').includes('..'), {
    error: 'must be a path pattern seen from the root of the repository, such as services/web/**',
  });

const configurationRepositorySchema = z.strictObject({
  /** Name of the repository as the organisation uses it. */
  name: nameSchema,
  /** Anything that `git clone` takes. `{data}` is the data directory; a relative path is relative to this file. */
  url: z.string().min(1),
  branch: z.string().min(1).default('main'),
  /** Service → path patterns (`*` within a folder, `**` across) of its files. */
  services: z.record(nameSchema, z.array(pathPatternSchema).min(1)),
});
/** A git repository that holds configuration, defaults filled in. */
export type ConfigurationRepositorySettings = z.infer<typeof configurationRepositorySchema>;

const mountFields = {
  /** Names of the tools that may be called; all others are hidden. One that does not say that it only reads is refused all the same. */
  allow: z.array(z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/)).min(1),
  /** Variable that holds the bearer token (url), or that the process gets (command). */
  tokenEnv: tokenEnvSchema.optional(),
  timeoutMs: timeoutSchema.default(30_000),
};

const mountSchema = z.union(
  [
    z.strictObject({ url: addressSchema, ...mountFields }),
    z.strictObject({ command: z.array(z.string().min(1)).min(1), ...mountFields }),
  ],
  { error: 'must have either url or command (a list of words), an allow list of tool names, and no unknown key' },
);
/** A third-party MCP server, defaults filled in. */
export type MountSettings = z.infer<typeof mountSchema>;

/** First words of the names of our own tools; what is mounted must not look like them. */
const OWN_DOMAINS = /^(?:profiling|metrics|experiments|configuration|code|docs|changes|cases|blobs)$/;

const mountNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,31}$/, { error: 'must be 1 to 32 lower-case letters and digits, a letter first' })
  .refine((name) => !OWN_DOMAINS.test(name), { error: 'is how names of our own tools begin; choose another one' });

const hostNamesSchema = z.array(
  z.string().regex(/^[A-Za-z0-9.-]+$/, { error: 'must be a host name, without scheme and port' }),
);

/** What the tools look at beside Headroom's own stores. Nothing is asked that is not named here. */
export const toolsSchema = z.strictObject({
  /** Folders of Markdown; relative to this file, or to the root of the named repository of a service. */
  docs: z
    .array(z.strictObject({ name: nameSchema, path: z.string().min(1), repository: z.string().min(1).optional() }))
    .default([]),
  prometheus: prometheusSchema.optional(),
  pyroscope: pyroscopeSchema.optional(),
  growthbook: growthbookSchema.optional(),
  /** Folder of experiment files; relative to this file. */
  experiments: z.strictObject({ path: z.string().min(1) }).optional(),
  configuration: configurationRepositorySchema.optional(),
  /** Third-party MCP servers, by the name that their tools are prefixed with. */
  mounts: z.record(mountNameSchema, mountSchema).default({}),
  /** Names by which the tool-server is called, beside those of the machine itself. None = any, where a token is asked for. */
  hosts: hostNamesSchema.default([]),
  /** Host names of web pages that may call the tool-server from a browser. */
  origins: hostNamesSchema.default([]),
});
/** The `tools:` block, defaults filled in. */
export type ToolsSettings = z.infer<typeof toolsSchema>;

/**
 * The token that a setting names by its variable; undefined where none is named.
 * @throws HeadroomError `HEADROOM_TOKEN_MISSING` where the variable is not set
 */
export function tokenOf(
  tokenEnv: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (tokenEnv === undefined) return undefined;
  const token = env[tokenEnv]?.trim();
  if (token) return token;
  throw new HeadroomError(
    `The environment variable ${tokenEnv}, which a tokenEnv of the configuration names, is not set.`,
    {
      code: 'HEADROOM_TOKEN_MISSING',
      details: { tokenEnv },
    },
  );
}
