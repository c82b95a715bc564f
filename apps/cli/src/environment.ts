/** What the command reads from the environment; nothing else of it does. */
export const environment = {
  /** Data directory, where `--data` is not given. */
  dataDir: process.env['HEADROOM_DATA'] ?? '.headroom',
  /** Show the stack of an unexpected failure. */
  debug: Boolean(process.env['HEADROOM_DEBUG']),
  /** Handed to the commands of a play. */
  inherited: process.env,
} as const;
