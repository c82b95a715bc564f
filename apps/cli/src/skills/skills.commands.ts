import type { Command } from 'commander';
import type { HeadroomClient } from '../client.js';
import type { EvalSkillsOptions } from './eval.command.js';
import type { NewOptions } from './new.command.js';
import type { RunSkillOptions } from './run.command.js';

interface Globals {
  json?: boolean;
  config?: string;
}

/** What the verbs for skills need of the program. */
export interface SkillsProgram {
  program: Command;
  globals: () => Globals;
  /** Takes the exit code of a verb. */
  end: (code: number) => void;
  /** Runs work with a client that is closed afterwards. */
  withClient: <T>(work: (client: HeadroomClient) => Promise<T>) => Promise<T>;
}

const DIR = [
  '--dir <folder>',
  'folder of skills; default: those of the installation and of the configuration',
] as const;

/** Adds `skills new`, `lint`, `match`, `run`, `replay`, `eval` and `stats`. */
export function registerSkills({ program, globals, end, withClient }: SkillsProgram): void {
  const skills = program
    .command('skills')
    .description('what a senior engineer knows: write, check, try and judge skills');
  const shared = () => ({ json: globals().json, config: globals().config });
  registerAuthoring(skills, { globals, end });
  skills
    .command('match')
    .description('say which skills match a case, in order, and why the others do not')
    .argument('<case>', 'id of a case, or a file with its dossier ("headroom dossier <id> --json")')
    .option(...DIR)
    .option('--repository <folder>', "checkout in which the skills' rules are looked for; default: they are not")
    .action(async (which: string, options: { dir?: string; repository?: string }) => {
      const { skillsMatchCommand } = await import('./match.command.js');
      end(await skillsMatchCommand(which, { ...options, ...shared() }, withClient));
    });
  skills
    .command('run')
    .description("run a skill's playbook on a working tree and print the diff; needs no host")
    .argument('<skill>')
    .requiredOption('--subject <function>', 'path/to/file.ts:qualified.name')
    .option('--repository <folder>', 'checkout', '.')
    .option('--cause <commit>', 'the change that made it slow, for skills that answer regressions')
    .option('--chain <functions...>', 'frames from the outermost to the subject')
    .option('--callee <functions...>', 'frames below the subject that gained cost')
    .option('--apply', 'change the files')
    .option(...DIR)
    .action(async (name: string, options: RunSkillOptions) => {
      const { skillsRunCommand } = await import('./run.command.js');
      end(await skillsRunCommand(name, { ...options, ...shared() }));
    });
  skills
    .command('replay')
    .description('play again what a model did on a case, from its transcript: without model, network or checkout')
    .argument('<case>', 'id of a case, or a file with a transcript')
    .action(async (which: string) => {
      const { skillsReplayCommand } = await import('./replay.command.js');
      end(await skillsReplayCommand(which, { json: globals().json }, withClient));
    });
  skills
    .command('stats')
    .description('what became of the cases of each skill')
    .action(async () => {
      const { skillsStatsCommand } = await import('./stats.command.js');
      end(await withClient((client) => skillsStatsCommand(client, { json: globals().json })));
    });
}

function registerAuthoring(skills: Command, { globals, end }: Pick<SkillsProgram, 'globals' | 'end'>): void {
  skills
    .command('new')
    .description('begin a skill, and say what its author has to fill')
    .argument('<name>', 'lower-case words with hyphens')
    .option('--dir <folder>', 'folder of skills', 'skills')
    .option('--kind <kind>', 'mitigation or opportunity', 'opportunity')
    .option('--playbook <kind>', 'rules, git-revert, config-edit, note or none', 'rules')
    .option('--language <name>', 'typescript, javascript, python, go or java', 'typescript')
    .action(async (name: string, options: NewOptions) => {
      const { skillsNewCommand } = await import('./new.command.js');
      end(await skillsNewCommand(name, { ...options, json: globals().json }));
    });
  skills
    .command('lint')
    .description('check a folder of skills strictly')
    .argument('[folder]', 'default: the catalogue of the installation')
    .option('--base <commit>', 'commit to compare versions with; default: where the branch left the trunk')
    .action(async (dir: string | undefined, { base }: { base?: string }) => {
      const { skillsLintCommand } = await import('./lint.command.js');
      end(await skillsLintCommand({ dir, base, json: globals().json }));
    });
  skills
    .command('eval')
    .description('run the evals of skills: the order over the catalogue, the outcome, the files; trust what you run')
    .argument('[skills...]', 'default: all')
    .option(...DIR)
    .option('--model', 'let the model of the configuration work on what playbooks leave to one; it costs money')
    .option('--out <folder>', 'where grading.json, timing.json and benchmark.json are written')
    .action(async (names: string[], options: EvalSkillsOptions) => {
      const { skillsEvalCommand } = await import('./eval.command.js');
      end(await skillsEvalCommand(names, { ...options, json: globals().json, config: globals().config }));
    });
}
