import type { Stop } from '@headroom/contracts';

/** A command that installs without running any script of a package, or why there is none. */
export type InstallCommand = { command: string[]; env: Record<string, string> } | { refused: Stop };

const VERBS: Readonly<Record<string, readonly string[]>> = {
  npm: ['ci', 'install', 'i', 'clean-install', 'add'],
  pnpm: ['install', 'i'],
  yarn: ['install', ''],
};

const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  npm: ['--ignore-scripts', '--no-audit', '--no-fund'],
  pnpm: ['--ignore-scripts', '--ignore-pnpmfile'],
  yarn: ['--ignore-scripts'],
};

const SCRIPTS_ON =
  /^--(?:no-ignore-scripts|ignore-scripts=.*|enable-scripts.*|foreground-scripts.*|script-shell.*|git=.*|node-options.*)$/;

/**
 * The install command with scripts switched off. It runs outside the sandbox, so only commands are taken of which that is known to
 * hold: npm, pnpm and yarn 1, with an install verb.
 * @param settings texts of `.npmrc` and `.yarnrc.yml` on the base, where they exist
 */
export function installCommand(
  configured: readonly string[],
  settings: { npmrc?: string; yarnrc?: string },
): InstallCommand {
  const [program = '', ...args] = configured;
  const verbs = VERBS[program];
  const verb = args.find((word) => !word.startsWith('-')) ?? '';
  if (!verbs?.includes(verb)) {
    return refused(
      'install-unsupported',
      `"${configured.join(' ')}" runs outside the sandbox, and only npm, pnpm and yarn can install with scripts off. ` +
        'Set services.*.install to one of their install commands, or leave it out.',
    );
  }
  const loud = args.find((word) => SCRIPTS_ON.test(word));
  if (loud)
    return refused('install-scripts-on', `The install command turns scripts on with ${loud}. Remove that word.`);
  if (
    /^\s*(?:script-shell|shell|git|node-options|ignore-scripts\s*=\s*false|pnpmfile|global-pnpmfile)\b/m.test(
      settings.npmrc ?? '',
    )
  ) {
    return refused(
      'install-settings-unsafe',
      'The .npmrc of the repository names a program to run or turns scripts on. Remove that setting.',
    );
  }
  if (settings.yarnrc !== undefined && program === 'yarn') {
    return refused(
      'install-unsupported',
      'Yarn 2 and later load plugins of the repository, outside the sandbox. Install with npm or pnpm.',
    );
  }
  return {
    command: [program, ...args, ...(SWITCHES[program] ?? [])],
    env: { YARN_IGNORE_PATH: '1', npm_config_ignore_scripts: 'true' },
  };
}

function refused(reason: string, message: string): InstallCommand {
  return { refused: { reason, message } };
}
