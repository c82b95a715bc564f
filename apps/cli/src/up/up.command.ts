import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { createLogger, hostMeasurementLock, loadConfig } from '@headroom/platform';
import { renderCase } from '@headroom/cases';
import { PROJECTOR_GROUP } from '@headroom/gateway';
import { MCP_PATH } from '@headroom/tool-server';
import { requestOpportunity } from '../commands/request.command.js';
import { logFile } from '../data-directory.js';
import { environment } from '../environment.js';
import { HttpClient } from '../client.http.js';
import { readHostFile } from '../host-file.js';
import { installation } from '../installation.js';
import { skillsPlace } from '../skills/skills.place.js';
import { logLevel } from '../log-level.js';
import { EXIT, notice, print, printJson } from '../output.js';
import type { VerificationProgress } from '@headroom/verification';
import { stopSignals } from '../stop-signal.js';
import { startHost, type Host } from './host.js';
import { loadPlay, runPlayCommand, type Play } from './play.js';
import { playResult, type PlayResult } from './play.result.js';
import { CaseWatcher } from './watcher.js';

/** Options of `headroom up`. */
export interface UpOptions {
  data: string;
  config?: string;
  play?: string;
  port: number;
  /** Of the tool-server. */
  toolsPort: number;
  logLevel: string;
  exit?: boolean;
  requireProven?: boolean;
  json?: boolean;
}

/** Only code that ships with this installation may run without a sandbox, and only where there is none. */
function isBundled(play: Play | undefined): boolean {
  return play !== undefined && `${play.dir}${sep}`.startsWith(join(installation, 'examples') + sep);
}

/** Says what happens: on standard output for a person, on standard error beside `--json`. */
function teller(json: boolean | undefined): (text: string) => void {
  return json ? notice : print;
}

/** Stages that follow the measurements; the others wait while the load runs. */
const WATCHING_STAGES = ['detector', PROJECTOR_GROUP];

const PHASES = {
  policy: 'checking the policy',
  install: 'preparing base and head',
  build: 'building base and head',
  tests: "running the repository's own tests on base and head",
  differential: 'comparing return values and log records of base and head',
  measure: 'measuring base against head',
  record: 'signing the evidence',
} as const satisfies Record<VerificationProgress['phase'], string>;

/** Tells each phase of a verification, and every fourth round. */
function progressTeller(tell: (text: string) => void): (caseId: string, progress: VerificationProgress) => void {
  let last = '';
  return (caseId, { phase, round, of }) => {
    if (round !== undefined && round % 4 !== 0) return;
    const text = `${caseId.slice(0, 10)} verifier         ${PHASES[phase]}${round === undefined ? '' : `, round ${round} of at most ${of}`} ...`;
    if (text !== last) tell(`  ${text}`);
    last = text;
  };
}

/** Keeps the machine to the load: no other measurement on it, and no stage of a case at work in this process. */
async function withQuietHost(host: Host, signal: AbortSignal, run: () => Promise<unknown>): Promise<void> {
  const held = await hostMeasurementLock().acquire('headroom play', signal);
  const working = host.stages.filter((stage) => !WATCHING_STAGES.includes(stage.group));
  for (const stage of working) stage.runtime.pauseLanes();
  try {
    await run();
  } finally {
    for (const stage of working) stage.runtime.resumeLanes();
    held.release();
  }
}

async function playThrough(play: Play, host: Host, options: UpOptions, signal: AbortSignal): Promise<PlayResult> {
  const tell = teller(options.json);
  const { service, subject } = play.request;
  const work = join(options.data, 'play');
  const repository = host.repositories.location(service);
  const env = {
    ...environment.inherited,
    HEADROOM_CLI: join(installation, 'apps/cli/bin/headroom.mjs'),
    HEADROOM_DATA: options.data,
    HEADROOM_PLAY_REPOSITORY: repository,
    HEADROOM_PLAY_HISTORY: join(work, 'history.json'),
    HEADROOM_PLAY_WORK: join(work, 'scratch'),
  };
  const command = (words: readonly string[]): Promise<string> => {
    const filled = words.map((word) => word.replaceAll('{repository}', repository));
    return runPlayCommand(play, filled, { env, signal, onProgress: (line) => tell(`  ${line}`) });
  };
  await mkdir(env.HEADROOM_PLAY_WORK, { recursive: true });

  const watcher = new CaseWatcher(host, tell);
  if (!(await watcher.hasFinding('regression', service))) {
    tell(`Building the history of ${service} ...`);
    await writeFile(env.HEADROOM_PLAY_HISTORY, await command(play.prepare));
    tell('Deploying it, serving each deployment real load, profiling it ...');
    await withQuietHost(host, signal, () => watcher.telling(command(play.drive)));
  }
  tell(`Asking for a cheaper ${subject} ...`);
  const announced = await readHostFile(options.data);
  if (!announced) throw new HeadroomError('The host is not announced any more.', { code: 'HEADROOM_HOST_UNREACHABLE' });
  await requestOpportunity(new HttpClient(announced), subject, host.repositories, { service });
  await watcher.untilAtRest(signal);
  return playResult(host, service, options.data);
}

function tellResult(result: PlayResult, tell: (text: string) => void): void {
  for (const details of result.cases) tell(`\n${renderCase(details.view, details)}`);
  for (const service of result.services) tell(`\n${service.service}: ${service.message}`);
}

/** Starts every stage, plays a scripted first run where one is named, and serves until stopped. */
export async function upCommand(options: UpOptions): Promise<number> {
  const tell = teller(options.json);
  const play = options.play ? await loadPlay(options.play) : undefined;
  const configPath = resolve(play ? join(play.dir, play.config) : (options.config ?? 'headroom.config.yaml'));
  const { config, configDir } = await loadConfig(options.config ? resolve(options.config) : configPath);
  const logger = createLogger({ level: logLevel(options.logLevel), file: logFile(options.data) });
  const { stop: signal, hurry } = stopSignals();
  hurry.addEventListener('abort', () => process.exit(EXIT.failed));
  const host = await startHost({
    dataDir: options.data,
    configPath,
    config,
    configDir,
    skillsDir: skillsPlace(config, configDir),
    logger,
    port: options.port,
    toolsPort: options.toolsPort,
    sandboxMode: isBundled(play) ? 'unsandboxed-allowed' : 'required',
    onProgress: progressTeller(tell),
  });
  try {
    tell(`Headroom serves on ${host.url}; data and logs are in ${options.data}.`);
    tell(`Its tools are at ${host.toolsUrl}${MCP_PATH}; the token is in ${join(options.data, 'host.json')}.`);
    let code: number = EXIT.ok;
    if (play) {
      const result = await playThrough(play, host, options, signal);
      code = (options.requireProven ? result.proven : result.honest) ? EXIT.ok : EXIT.failed;
      if (options.json) printJson(result);
      else tellResult(result, tell);
      if (options.exit) return code;
    }
    tell('\nServing until stopped (Ctrl-C). In a second terminal: npx headroom cases');
    if (!signal.aborted) await once(signal, 'abort');
    return code;
  } catch (error) {
    if (signal.aborted) return EXIT.ok;
    throw error;
  } finally {
    tell('Stopping ...');
    await host.close();
  }
}
