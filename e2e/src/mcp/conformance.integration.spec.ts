import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@headroom/platform';
import { MemoryBlobs } from '@headroom/runtime';
import { startToolServer, toolsOf, type ToolServer } from '@headroom/tool-server';
import { allTools, Toolbox } from '@headroom/tools';
import { extendWithFixtures, fixtureTools } from './conformance.fixtures.js';
import { installMcpClients, runMcpClient } from './mcp.clients.js';

jest.setTimeout(600_000);

const NO_SESSION = 'a server without sessions cannot do this in the era before, and tools that only read need not';
const NO_LOGGING = 'log messages to clients are deprecated and not built';

/** By revision, what the suite runs beside the rest and what says nothing about this server, with the reason. */
const NOT_APPLICABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '2026-07-28': {
    'http-custom-header-server-validation': 'no tool maps an argument to a header',
  },
  '2025-11-25': {
    'logging-set-level': NO_LOGGING,
    'tools-call-with-logging': NO_LOGGING,
    'tools-call-sampling': NO_SESSION,
    'tools-call-elicitation': NO_SESSION,
    'elicitation-sep1034-defaults': NO_SESSION,
    'elicitation-sep1330-enums': NO_SESSION,
    'resources-subscribe': NO_SESSION,
    'resources-unsubscribe': NO_SESSION,
    'server-sse-multiple-streams': NO_SESSION,
    'server-sse-polling': NO_SESSION,
  },
};

/** An optional extension that is not declared. */
const isUndeclared = (scenario: string) => scenario.startsWith('tasks-');

let dir: string;
let clients: string;
let server: ToolServer;

interface SuiteCheck {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

/** Checks by scenario. The suite names a folder `server-<scenario>-<time>`. */
function checksIn(folder: string): Map<string, SuiteCheck[]> {
  return new Map(
    readdirSync(folder).map((name) => [
      name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, ''),
      JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8')) as SuiteCheck[],
    ]),
  );
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'headroom-conformance-'));
  clients = await installMcpClients();
  const blobs = new MemoryBlobs();
  const toolbox = new Toolbox(allTools({ blobs }), { blobs, now: Date.now });
  server = await startToolServer({
    tools: toolsOf(toolbox),
    logger: createLogger({ level: 'silent' }),
    version: '0.0.0',
    more: fixtureTools(() => server.toolsChanged()),
    extend: extendWithFixtures,
  });
});

afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the conformance suite of the protocol', () => {
  it.each([
    ['2026-07-28', 39, 140],
    ['2025-11-25', 23, 45],
  ])('finds nothing wrong by revision %s', async (revision, leastScenarios, leastChecks) => {
    const folder = join(dir, revision);
    const words = ['server', '--url', `${server.url}/mcp`, '--requirements', revision, '-o', folder];
    const { stdout, stderr } = await runMcpClient(clients, 'conformance', words);

    const without = NOT_APPLICABLE[revision] ?? {};
    const scenarios = [...checksIn(folder)].filter(([name]) => !(name in without) && !isUndeclared(name));
    const wrong = scenarios.flatMap(([scenario, checks]) =>
      checks
        .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
        .map(({ id, errorMessage }) => ({ scenario, id, errorMessage })),
    );
    const passed = scenarios.flatMap(([, checks]) => checks.filter(({ status }) => status === 'SUCCESS'));
    expect({ wrong, stderr }).toEqual({ wrong: [], stderr: expect.any(String) });
    // Nothing failed because nothing was asked: the suite says what it ran.
    expect(stdout).toContain('=== SUMMARY ===');
    expect(scenarios.length).toBeGreaterThanOrEqual(leastScenarios);
    expect(passed.length).toBeGreaterThanOrEqual(leastChecks);
  });
});
