/**
 * The scripted Messages API as a process of its own; writes its address as a line.
 *
 * Usage: node main.js --scenario <module> [--port <n>] [--log <file>] [--bodies] [--key <key>]
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { MessagesServer } from './messages.server.js';
import type { Scenario } from './scenario.js';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    port: { type: 'string', default: '0' },
    log: { type: 'string' },
    bodies: { type: 'boolean', default: false },
    key: { type: 'string' },
  },
});
const { scenario: path, log, key } = values;
if (path === undefined) throw new Error('Name a module with --scenario; its default export is the scenario.');
const { default: scenario } = (await import(pathToFileURL(resolve(path)).href)) as { default: Scenario };
const server = await new MessagesServer({
  scenario,
  logBodies: values.bodies,
  ...(log !== undefined && { logFile: log }),
  ...(key !== undefined && { key }),
}).listen(Number(values.port));
process.stdout.write(`${server.url}\n`);
process.once('SIGTERM', () => void server.close());
