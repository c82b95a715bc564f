/**
 * Variables that tell the commit of a program, in the order in which they are asked. Those that tell the commit of a CI job are not
 * among them: it is seldom what runs in production.
 */
export const COMMIT_VARIABLES = [
  'GIT_COMMIT',
  'GIT_SHA',
  'SOURCE_COMMIT',
  'SOURCE_VERSION',
  'HEROKU_SLUG_COMMIT',
] as const;

/** What the command reads from the environment; nothing else of it does. Options of the command line win. */
export const environment = {
  /** Data directory, where `--data` is not given. */
  dataDir: process.env['HEADROOM_DATA'] ?? '.headroom',
  /** `kafka://…`, for deployed stages. */
  bus: process.env['HEADROOM_BUS'],
  /** `redis://…`, for deployed stages. */
  store: process.env['HEADROOM_STORE'],
  /** Payload folder that all deployed stages share. */
  blobs: process.env['HEADROOM_BLOBS'],
  /** Configuration of deployed stages. */
  config: process.env['HEADROOM_CONFIG'],
  /** Folder with the signing key or with the trusted public keys. */
  keys: process.env['HEADROOM_KEYS'],
  /** Folder of the local forge's proposals, shared by all pr-writers. */
  proposals: process.env['HEADROOM_PROPOSALS'],
  /** Where a deployed stage listens, `host:port`. */
  http: process.env['HEADROOM_HTTP'],
  /** Token of a gateway: the one that this process is, or the one that a verb calls. */
  token: process.env['HEADROOM_TOKEN'],
  /** Address of the tool-server, for the skill-executor. */
  tools: process.env['HEADROOM_TOOLS'],
  /** Token of the tool-server, for the skill-executor. */
  toolsToken: process.env['HEADROOM_TOOLS_TOKEN'],
  /** Whether there is a model to call. */
  modelKey: process.env['ANTHROPIC_API_KEY'],
  /** Lowest level that a deployed stage logs. */
  logLevel: process.env['HEADROOM_LOG_LEVEL'],
  /** Show the stack of an unexpected failure. */
  debug: Boolean(process.env['HEADROOM_DEBUG']),
  /** Handed to the commands of a play. */
  inherited: process.env,
} as const;
