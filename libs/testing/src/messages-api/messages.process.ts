import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LogRecord } from './request.log.js';

/** A scripted Messages API in a process of its own. */
export interface MessagesProcess {
  /** Base address for clients, without `/v1`. */
  url: string;
  pid: number;
  /** What its log file holds so far. */
  records(): LogRecord[];
  stop(): Promise<void>;
}

/**
 * Starts the scripted API as a process of its own, for tests of several processes.
 * @param scenario path of a module whose default export is a scenario
 * @param logFile file of JSON lines, which outlives the process
 */
export async function startMessagesServer(options: {
  scenario: string;
  logFile: string;
  logBodies?: boolean;
  key?: string;
  port?: number;
}): Promise<MessagesProcess> {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const args = ['--scenario', options.scenario, '--log', options.logFile, '--port', String(options.port ?? 0)];
  if (options.key !== undefined) args.push('--key', options.key);
  if (options.logBodies) args.push('--bodies');
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error(`The scripted Messages API did not start: ${complaint}`)));
  });
  return {
    url,
    pid: child.pid!,
    records: () => recordsIn(options.logFile),
    stop() {
      child.kill();
      return exited;
    },
  };
}

function recordsIn(file: string): LogRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as LogRecord);
}
