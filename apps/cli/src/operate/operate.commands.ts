import { Argument, type Command } from 'commander';
import { environment } from '../environment.js';
import { print } from '../output.js';
import { PROCESSES, type ProcessName } from '../stages.js';

interface Globals {
  data: string;
  config?: string;
  /** Address of a gateway, or of the stage that is asked for its health. */
  url?: string;
  json?: boolean;
}

/** What the verbs for operators need of the program. */
export interface OperateProgram {
  program: Command;
  globals: () => Globals;
  /** Takes the exit code of a verb. */
  end: (code: number) => void;
}

function registerRun({ program, globals, end }: OperateProgram): void {
  program
    .command('run')
    .description('run one stage as a deployment does: on Kafka and Redis, its log on standard output')
    .addArgument(new Argument('<stage>', 'the stage, or the tool-server').choices(PROCESSES))
    .option('--bus <url>', 'the log, kafka://host:9092,… (HEADROOM_BUS)')
    .option('--store <url>', 'the key-value store, redis://host:6379 (HEADROOM_STORE)')
    .option('--blobs <folder>', 'payload folder that all stages share (HEADROOM_BLOBS)')
    .option('--keys <folder>', 'signing key (verifier) or trusted public keys (pr-writer, gateway) (HEADROOM_KEYS)')
    .option('--proposals <folder>', 'what the pr-writer opens, shared by all of them (HEADROOM_PROPOSALS)')
    .option('--http <host:port>', 'health and metrics, the API of the gateway, the tools (HEADROOM_HTTP)')
    .option('--token-file <file>', 'token of the gateway or of the tool-server; default: HEADROOM_TOKEN')
    .option('--log-level <level>', 'debug, info, warn or error (HEADROOM_LOG_LEVEL)', environment.logLevel ?? 'info')
    .action(async (stage: ProcessName, options) => {
      const { runCommand } = await import('../run/run.command.js');
      end(await runCommand(stage, { ...environment, ...globalsOf(globals), ...options }));
    });
}

/** The environment holds what the command line leaves out. */
function globalsOf(globals: () => Globals): Pick<Globals, 'data'> & { config: string | undefined } {
  const { data, config } = globals();
  return { data, config: config ?? environment.config };
}

function registerKeys({ program, globals, end }: OperateProgram): void {
  program
    .command('keys')
    .description('the key pair of the verifier')
    .command('create')
    .description('make the key pair; one that is there is kept')
    .requiredOption('--out <folder>', 'folder of the pair, for the verifier')
    .option('--trusted <folder>', 'second folder that gets the public keys only, for pr-writer and gateway')
    .action(async (options) => {
      const { keysCreateCommand } = await import('./keys.command.js');
      end(await keysCreateCommand({ ...options, json: globals().json }));
    });
}

function registerTopics({ program, globals, end }: OperateProgram): void {
  const topics = program.command('topics').description('the topics on the log');
  topics
    .command('apply')
    .description('make and change topics until each is as its contract says; nothing is removed')
    .option('--bus <url>', 'the log, kafka://host:9092,… (HEADROOM_BUS)', environment.bus)
    .option('--dry-run', 'say what would be done, do nothing')
    .action(async (options) => {
      const { topicsApplyCommand } = await import('./topics.command.js');
      end(await topicsApplyCommand({ ...globalsOf(globals), ...options, json: globals().json }));
    });
  topics
    .command('list')
    .description('list the topics and how they compare with their contracts')
    .option('--bus <url>', 'the log, kafka://host:9092,… (HEADROOM_BUS)', environment.bus)
    .action(async (options) => {
      const { topicsListCommand } = await import('./topics.command.js');
      end(await topicsListCommand({ ...globalsOf(globals), ...options, json: globals().json }));
    });
}

function registerHealth({ program, globals, end }: OperateProgram): void {
  program
    .command('health')
    .description('ask the stage that --url names whether it is ready, and tell its words')
    .option('--live', 'ask whether the process has to be started again instead')
    .action(async (options) => {
      const { healthCommand } = await import('./health.command.js');
      const { url, data, json } = globals();
      end(await healthCommand({ ...options, url, data, json }));
    });
}

function registerDoctor({ program, globals, end }: OperateProgram): void {
  program
    .command('doctor')
    .description('check everything that Headroom depends on, and say how to mend it')
    .option('--bus <url>', 'the log, kafka://host:9092,… (HEADROOM_BUS)', environment.bus)
    .option('--store <url>', 'the key-value store, redis://host:6379 (HEADROOM_STORE)', environment.store)
    .option('--blobs <folder>', 'payload folder that all stages share (HEADROOM_BLOBS)', environment.blobs)
    .option('--keys <folder>', 'signing key or trusted public keys (HEADROOM_KEYS)', environment.keys)
    .action(async (options) => {
      const { doctorCommand } = await import('../doctor/doctor.command.js');
      const { token, modelKey } = environment;
      const { url, json } = globals();
      end(await doctorCommand({ token, modelKey, ...globalsOf(globals), ...options, url, json }));
    });
}

function registerVersion({ program }: OperateProgram): void {
  program
    .command('version')
    .description('print the version of this installation; also --version as the first word')
    .action(async () => {
      const { version } = await import('../installation.js');
      print(version());
    });
}

/** Adds the verbs for operators. */
export function registerOperations(operate: OperateProgram): void {
  registerRun(operate);
  registerKeys(operate);
  registerTopics(operate);
  registerHealth(operate);
  registerDoctor(operate);
  registerVersion(operate);
}
