const FILE_WORD = /^(?:\.\/)?[\w@.-]+(?:\/[\w@.-]+)*\.[a-z]+$/i;

/**
 * Files that a command runs, as far as its words tell: those it names, and those that the script of `package.json` names which it
 * starts. Whoever edits them edits the measure.
 * @param packageJson text of the base's `package.json`, where there is one
 */
export function filesOfCommand(command: readonly string[], packageJson: string | undefined): string[] {
  const words = [...command, ...scriptWords(command, packageJson)];
  return words.filter((word) => FILE_WORD.test(word)).map((word) => word.replace(/^\.\//, ''));
}

function scriptWords([program = '', ...args]: readonly string[], packageJson: string | undefined): string[] {
  if (!/^(?:npm|pnpm|yarn)$/.test(program) || packageJson === undefined) return [];
  const names = args.filter((word) => !word.startsWith('-') && word !== 'run');
  const name = names[0] === 't' ? 'test' : names[0];
  const text = name === undefined ? undefined : scriptsOf(packageJson)[name];
  return typeof text === 'string' ? text.split(/[\s'"();&|]+/) : [];
}

function scriptsOf(packageJson: string): Readonly<Record<string, unknown>> {
  try {
    const { scripts } = JSON.parse(packageJson) as { scripts?: Record<string, unknown> };
    return scripts ?? {};
  } catch {
    // A manifest that is no JSON names no scripts; running the tests will say what is wrong with it.
    return {};
  }
}
