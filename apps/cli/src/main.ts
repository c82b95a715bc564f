import { resolve } from 'node:path';
import { HeadroomError, type CaseCommand } from '@headroom/contracts';
import { loadConfig } from '@headroom/platform';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { EvalRootCauseOptions } from './commands/eval.command.js';
import type { HeadroomClient } from './client.js';
import { registerOpportunities } from './commands/opportunity.commands.js';
import { COMMIT_VARIABLES, environment } from './environment.js';
import { registerOperations } from './operate/operate.commands.js';
import { EXIT, reportFailure } from './output.js';
import { registerSkills } from './skills/skills.commands.js';
import { registerTools } from './tools/tools.commands.js';
import { userName } from './user.name.js';

interface GlobalOptions {
  data: string;
  config?: string;
  json?: boolean;
  url?: string;
  token?: string;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number, not negative.');
  return value;
}

function pathMapping(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('Write <container prefix>=<repository prefix>, for example /app=.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

const program = new Command('headroom')
  .description('From a performance signal to a proven, mergeable fix.')
  .option('--data <folder>', 'data directory', environment.dataDir)
  .option('--config <file>', 'configuration; default: that of the running host, else headroom.config.yaml')
  .option('--json', 'standard output holds one JSON document and nothing else')
  .option('--url <gateway>', 'address of a gateway elsewhere; default: the host of the data directory')
  .option('--token <token>', 'its token; default: HEADROOM_TOKEN, which no list of processes shows')
  .showHelpAfterError()
  .exitOverride();

function globals(): GlobalOptions {
  const options = program.opts<GlobalOptions>();
  return { ...options, data: resolve(options.data), token: options.token ?? environment.token };
}

let exitCode: number = EXIT.ok;

/** Runs a verb with a client that is closed afterwards, whatever happens. */
async function withClient(run: (client: HeadroomClient, options: GlobalOptions) => Promise<number>): Promise<void> {
  const options = globals();
  const { connect } = await import('./connect.js');
  const client = await connect(options);
  try {
    exitCode = await run(client, options);
  } finally {
    await client.close();
  }
}

async function configuration(
  options: GlobalOptions,
): Promise<{ config: Awaited<ReturnType<typeof loadConfig>>['config']; configDir: string }> {
  const { readHostFile } = await import('./host-file.js');
  const ofHost = options.config ? undefined : (await readHostFile(options.data))?.config;
  return loadConfig(options.config ?? ofHost ?? 'headroom.config.yaml');
}

/** Path map of a configured service; none where no configuration is at hand and none was named. */
async function configuredPathMap(options: GlobalOptions, service: string | undefined): Promise<Record<string, string>> {
  try {
    const { config } = await configuration(options);
    return (service && config.services[service]?.pathMap) || {};
  } catch (error) {
    const absent = error instanceof HeadroomError && error.code === 'HEADROOM_CONFIG_UNREADABLE';
    if (absent && options.config === undefined) return {};
    throw error;
  }
}

program
  .command('up')
  .description('start every stage in this process, on the embedded log')
  .option(
    '--play <folder>',
    'then play a scripted first run: build its repository, drive its load, ask for its opportunity',
  )
  .option('--port <number>', 'port of the gateway on loopback; 0 takes a free one', number, 0)
  .option('--tools-port <number>', 'port of the tool-server on loopback; 0 takes a free one', number, 0)
  .option('--log-level <level>', 'debug, info, warn or error', 'info')
  .option('--exit', 'stop when the cases of the play are settled or parked')
  .option('--require-proven', 'with --exit: fail unless both cases are proven and proposed')
  .action(
    async (options: {
      play?: string;
      port: number;
      toolsPort: number;
      logLevel: string;
      exit?: boolean;
      requireProven?: boolean;
    }) => {
      const { upCommand } = await import('./up/up.command.js');
      exitCode = await upCommand({ ...globals(), ...options });
    },
  );

program
  .command('publish')
  .description('publish events (CloudEvents, JSON lines) and CPU profiles')
  .argument('[files...]', 'files with one event a line; - reads standard input')
  .option('--profile <file>', 'a .cpuprofile, pprof, collapsed stacks or speedscope; may be repeated', collect, [])
  .option('--service <name>', 'service that was profiled')
  .option('--environment <name>', 'where it ran', 'production')
  .option('--version <commit>', 'commit that ran; default: a label of a pprof, the environment, or change.deployed')
  .option('--version-env <variable>', `variable that holds it; default: ${COMMIT_VARIABLES.join(', ')}`)
  .option('--deployment <id>', 'deployment that ran, as change.deployed names it')
  .option('--host-class <name>', 'hosts that can be compared; default: CPU model and cores of this one')
  .option('--process <name>', 'which process, when several are profiled')
  .option('--started-at <time>', 'start of the profile, RFC 3339; default: what a pprof says')
  .option('--ended-at <time>', 'end of the profile, RFC 3339; default: what a pprof says')
  .option('--unit-of-work <name>', 'what the service is for', 'request')
  .option('--units <number>', 'units of work done meanwhile', number)
  .option('--cpu-seconds <seconds>', 'CPU time of the process meanwhile', number)
  .option('--main-thread-cpu-seconds <seconds>', 'CPU time of its main thread', number)
  .option('--rest-of-host-cores <cores>', 'CPU that the rest of the host used meanwhile', number)
  .option('--source <folder>', 'checkout of the commit that ran, to resolve frames')
  .option('--path-map <mapping>', 'container prefix=repository prefix; may be repeated', pathMapping, {})
  .addOption(
    new Option('--format <format>', 'format of the profiles; default: by content').choices([
      'cpuprofile',
      'pprof',
      'collapsed',
      'speedscope',
    ]),
  )
  .option(
    '--first-party <prefix>',
    "prefix of names without a file that are the repository's; may be repeated",
    collect,
    [],
  )
  .option('--dry-run', 'validate and print, publish nothing')
  .action(async (files: string[], options) => {
    const { publishCommand } = await import('./commands/publish.command.js');
    if (files.length === 0 && options.profile.length === 0) {
      throw new HeadroomError('Name a file with events, - for standard input, or --profile.', {
        code: 'HEADROOM_USAGE',
      });
    }
    const { json, data, url } = globals();
    const { connect } = await import('./connect.js');
    let client: HeadroomClient | undefined;
    try {
      const configured = options.profile.length > 0 ? await configuredPathMap(globals(), options.service) : {};
      const pathMap = { ...configured, ...options.pathMap };
      exitCode = await publishCommand(async () => (client ??= await connect(globals())), files, {
        ...options,
        pathMap,
        json,
        data,
        url,
      });
    } finally {
      await client?.close();
    }
  });

registerOpportunities({ program, globals, configuration: () => configuration(globals()), withClient });

program
  .command('cases')
  .description('list the cases and what can be said of each service')
  .action(async () => {
    const { casesCommand } = await import('./commands/case.command.js');
    await withClient((client, { json }) => casesCommand(client, { json }));
  });

const caseVerb = program
  .command('case')
  .description('show one case: timeline, evidence, proposal')
  .argument('<id>')
  .option('--follow', 'then what happens to it, until it is settled; with --json one document a line')
  .option('--patch', "the candidate's diff and nothing else")
  .action(async (id: string, { follow, patch }: { follow?: boolean; patch?: boolean }) => {
    const { caseCommand, casePatchCommand, followCaseCommand } = await import('./commands/case.command.js');
    if (patch) return withClient((client) => casePatchCommand(client, id));
    if (!follow) return withClient((client, { json }) => caseCommand(client, id, { json }));
    const { stopSignals } = await import('./stop-signal.js');
    const { stop: signal } = stopSignals();
    return withClient((client, { json }) => followCaseCommand(client, id, { json, signal }));
  });

program
  .command('dossier')
  .description('what was found out about a case, as Markdown; every statement names the tool call that it rests on')
  .argument('<id>')
  .action(async (id: string) => {
    const { dossierCommand } = await import('./commands/dossier.command.js');
    await withClient((client, { json }) => dossierCommand(client, id, { json }));
  });

const CASE_COMMANDS = {
  retry: 'begin a new attempt, from the finding',
  resume: 'take up now what is parked',
  dismiss: 'end the case; an open proposal is closed',
  snooze: 'begin nothing before a time',
} as const satisfies Record<CaseCommand, string>;

for (const [command, description] of Object.entries(CASE_COMMANDS) as [CaseCommand, string][]) {
  const verb = caseVerb
    .command(command)
    .description(description)
    .argument('<id>')
    .option('--reason <text>', 'why')
    .option('--who <name>', 'who asks: a person or a team', userName() ?? 'somebody');
  if (command === 'snooze') verb.requiredOption('--until <time>', 'when it goes on by itself, RFC 3339');
  verb.action(async (id: string, options: { reason?: string; who: string; until?: string }) => {
    const { commandCaseCommand } = await import('./commands/case.command.js');
    await withClient((client, { json }) => commandCaseCommand(client, id, { command, ...options }, { json }));
  });
}

const dlq = program.command('dlq').description('what could not be handled');
dlq
  .command('list')
  .description('list the dead letters with their reasons')
  .action(async () => {
    const { dlqListCommand } = await import('./commands/dlq.command.js');
    await withClient((client, { json }) => dlqListCommand(client, { json }));
  });
dlq
  .command('show')
  .description('show one dead letter whole, with its original bytes')
  .argument('<id>')
  .action(async (id: string) => {
    const { dlqShowCommand } = await import('./commands/dlq.command.js');
    await withClient((client, { json }) => dlqShowCommand(client, id, { json }));
  });

dlq
  .command('replay')
  .description('give one dead letter back to the group that could not handle it')
  .argument('<id>')
  .action(async (id: string) => {
    const { dlqReplayCommand } = await import('./commands/dlq.command.js');
    await withClient((client, { json }) => dlqReplayCommand(client, id, { json }));
  });

program
  .command('evidence')
  .description('signed evidence records')
  .command('verify')
  .description('check the signature and recompute the verdict from the raw samples, offline')
  .argument('<file>', 'evidence.json')
  .option('--keys <file>', 'trusted public keys; default: those of the data directory')
  .action(async (file: string, options: { keys?: string }) => {
    const { evidenceVerifyCommand } = await import('./commands/evidence.command.js');
    exitCode = await evidenceVerifyCommand(file, { ...globals(), ...options });
  });

registerTools({ program, globals, end: (code) => (exitCode = code) });
registerSkills({
  program,
  globals,
  end: (code) => (exitCode = code),
  withClient: async (work) => {
    const { connect } = await import('./connect.js');
    const client = await connect(globals());
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  },
});
program
  .command('eval')
  .description('judge the platform on generated histories')
  .command('root-cause')
  .description('write histories as git repositories with profiles, and count how often the right change is named')
  .option('--seed <number>', 'decides every history', number, 20260)
  .option('--histories <number>', 'histories of each shape', number, 4)
  .option('--world <name>', 'held-out: code that the ranking was not tuned on; tuning', 'held-out')
  .option('--shape <name...>', 'only histories of these shapes')
  .option('--repository <path>', 'stretches of a real git history, with computed profiles, instead of generated ones')
  .option('--branch <name>', 'branch of that history', 'main')
  .action(async (options: Omit<EvalRootCauseOptions, 'json'>) => {
    const { evalRootCauseCommand } = await import('./commands/eval.command.js');
    exitCode = await evalRootCauseCommand({ ...globals(), ...options });
  });

registerOperations({ program, globals, end: (code) => (exitCode = code) });

for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)])
  command.exitOverride();

// A reader that has seen enough, such as head, closes the pipe: nothing is left to do for it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCode);
});

// `publish` has an option of that name, so it asks for the version only as the first word.
const words = process.argv.slice(2).map((word, index) => (index === 0 && word === '--version' ? 'version' : word));

try {
  await program.parseAsync(words, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else exitCode = reportFailure(error, program.opts<GlobalOptions>().json ?? false);
}
process.exitCode = exitCode;
