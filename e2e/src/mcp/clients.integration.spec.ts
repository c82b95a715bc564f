import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readHostFile } from '@headroom/cli';
import { FolderBlobs } from '@headroom/runtime';
import { estimateTokens } from '@headroom/tools';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { headroom, headroomCommand, TestHost } from '../test-host.js';
import { installMcpClients, runMcpClient } from './mcp.clients.js';

jest.setTimeout(300_000);

/** What the whole list may take up in a model's context. */
const LIST_TOKENS = 6000;
const DOMAINS = ['blobs', 'cases', 'changes', 'code', 'configuration', 'docs', 'experiments', 'metrics', 'profiling'];
/** A configuration that gives every domain something to look at. JSON is YAML. */
const repository = { name: 'shop/web', url: '/nowhere.git' };
const EVERYTHING = {
  version: 1,
  services: { web: { repository, team: 'shop', test: ['true'] } },
  tools: {
    docs: [{ name: 'runbooks', path: '.' }],
    prometheus: { url: 'http://127.0.0.1:9' },
    growthbook: { tokenEnv: 'EXPERIMENTS_TOKEN' },
    configuration: { ...repository, name: 'shop/configuration', services: { web: ['web/**'] } },
  },
};
const STORED = JSON.stringify({ rows: ['first', 'second', 'third'] }, undefined, 1);

let dir: string;
let dataDir: string;
let config: string;
let clients: string;
let host: TestHost;
let address: { url: string; token: string };
let handle: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'headroom-mcp-'));
  dataDir = join(dir, 'data');
  config = join(dir, 'headroom.config.yaml');
  writeFileSync(config, 'version: 1\nservices: {}\n');
  clients = await installMcpClients();
  host = await TestHost.start({ dataDir, config });
  const { tools } = (await readHostFile(dataDir)) ?? {};
  if (!tools) throw new Error('the host announced no tools');
  address = tools;
  ({ sha256: handle } = await new FolderBlobs(join(dataDir, 'blobs')).put(Buffer.from(STORED), 'application/json'));
});

afterAll(async () => {
  await host.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** The Inspector keeps what it knows in the home folder; not in that of whoever runs the tests. */
function inspect(words: readonly string[]) {
  return runMcpClient(clients, 'mcp-inspector', ['--cli', ...words], { HOME: dir });
}

function overHttp(token = address.token): string[] {
  return ['--transport', 'http', '--server-url', `${address.url}/mcp`, '--header', `Authorization: Bearer ${token}`];
}

describe('the Inspector as a client', () => {
  it('lists the tools over HTTP and finds their schemas portable', async () => {
    const { code, stdout, stderr } = await inspect([...overHttp(), '--method', 'tools/list', '--strict']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const { tools } = JSON.parse(stdout) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['blobs_read_slice', 'blobs_search']));
  });

  it('calls a tool over HTTP', async () => {
    const words = [
      '--method',
      'tools/call',
      '--tool-name',
      'blobs_search',
      '--tool-arg',
      `handle=${handle}`,
      'text=second',
    ];
    const { stdout } = await inspect([...overHttp(), ...words]);
    expect(JSON.parse(stdout)).toMatchObject({ structuredContent: { result: { total: 1, matches: [{ line: 4 }] } } });
  });

  it('is refused without the token', async () => {
    const { code, stderr } = await inspect([...overHttp('not-the-token-of-the-host'), '--method', 'tools/list']);
    expect({ ok: code === 0, stderr }).toEqual({ ok: false, stderr: expect.stringMatching(/"auth_required"/) });
  });

  it('calls a tool over stdio', async () => {
    const server = [process.execPath, headroomCommand, 'tools', 'serve', '--stdio', '--data', dataDir];
    const { code, stdout, stderr } = await inspect([...server, '--method', 'tools/list']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as { tools: unknown[] }).tools.length).toBeGreaterThanOrEqual(2);
  });
});

describe('headroom tools', () => {
  const tools = (...words: string[]) => headroom(['tools', ...words, '--data', dataDir]);

  it('lists what the host serves, for people and for programs', async () => {
    const forPeople = await tools('list');
    expect(forPeople.stdout).toMatch(/^blobs_read_slice handle \[offset\] \[length\]\n {2}Reads on/m);
    const { stdout } = await tools('list', '--json');
    const listed = JSON.parse(stdout) as { tools: { inputSchema: object }[] };
    expect(listed.tools[0]?.inputSchema).toMatchObject({ additionalProperties: false });
  });

  it('calls one with pairs, with JSON, and at an address', async () => {
    const pairs = await tools('call', 'blobs_read_slice', `handle=${handle}`, 'offset=3', 'length=6', '--json');
    expect(JSON.parse(pairs.stdout)).toMatchObject({ result: { text: '"rows"', offset: 3, next_offset: 9 } });
    const args = JSON.stringify({ handle, offset: 3, length: 6 });
    const json = await tools('call', 'blobs_read_slice', '--args', args, '--json');
    expect((JSON.parse(json.stdout) as { result: object }).result).toEqual(
      (JSON.parse(pairs.stdout) as { result: object }).result,
    );
    const words = ['tools', 'call', 'blobs_search', `handle=${handle}`, 'text=third', '--url', address.url, '--json'];
    const elsewhere = await headroom(words, { env: { HEADROOM_TOKEN: address.token } });
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ result: { total: 1 } });
  });

  it.each([
    [['call', 'blobs_serch', 'text=x'], 1, 'HEADROOM_TOOL_UNKNOWN', 'did you mean "blobs_search"?'],
    [['call', 'blobs_search', 'text=x'], 1, 'HEADROOM_TOOL_ARGUMENTS_INVALID', 'the argument "handle" is missing'],
    [['call', 'blobs_search', 'text'], 2, 'HEADROOM_USAGE', 'write name=value'],
    [['call', 'blobs_search', '--args', '[1'], 2, 'HEADROOM_USAGE', '--args is no JSON object'],
    [['list', '--url', 'http://127.0.0.1:9'], 1, 'HEADROOM_HOST_UNREACHABLE', 'No tool-server answers'],
    [['serve'], 2, 'HEADROOM_USAGE', 'Say --stdio'],
  ])('says what is wrong with %j', async (words, code, name, sentence) => {
    const found = await tools(...words);
    expect({ code: found.code, stderr: found.stderr }).toEqual({ code, stderr: expect.stringContaining(sentence) });
    expect(found.stderr).toContain(`[${name}]`);
    expect(found.stderr).not.toMatch(/^ {4}at /m);
  });

  it('works on a data directory that no host has', async () => {
    const alone = join(dir, 'alone');
    const { sha256 } = await new FolderBlobs(join(alone, 'blobs')).put(Buffer.from(STORED), 'application/json');
    const { stdout } = await headroom(
      ['tools', 'call', 'blobs_search', `handle=${sha256}`, 'text=third', '--json', '--data', alone],
      { cwd: dir },
    );
    expect(JSON.parse(stdout)).toMatchObject({ result: { total: 1 } });
  });

  it('serves an editor on standard input and output, and ends with its input', async () => {
    const args = [headroomCommand, 'tools', 'serve', '--stdio', '--data', dataDir];
    const client = new Client({ name: 'editor', version: '0' }, { versionNegotiation: { mode: 'auto' } });
    const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' });
    await client.connect(transport);
    const answer = await client.callTool({ name: 'blobs_search', arguments: { handle, text: 'first' } });
    expect(answer.structuredContent).toMatchObject({ result: { total: 1 } });
    await client.close();

    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new Promise((done) => child.once('exit', done));
    child.stdin.end();
    expect(await ended).toBe(0);
  });
});

describe('a model that reads the tools', () => {
  const count = (text: string): number => {
    const { encode } = createRequire(join(clients, 'package.json'))('gpt-tokenizer') as {
      encode: (text: string) => number[];
    };
    return encode(text).length;
  };

  it(`pays for the whole list at most ${LIST_TOKENS} tokens`, async () => {
    const everything = join(dir, 'everything.config.yaml');
    writeFileSync(everything, JSON.stringify(EVERYTHING));
    const where = ['--data', join(dir, 'elsewhere'), '--config', everything];
    const { stdout } = await headroom(['tools', 'list', '--json', ...where], { env: { EXPERIMENTS_TOKEN: 'none' } });
    const list = JSON.parse(stdout) as { name: string }[] | { tools: { name: string }[] };
    const domains = new Set((Array.isArray(list) ? list : list.tools).map(({ name }) => name.split('_')[0]));
    expect([...domains].sort()).toEqual(DOMAINS);
    expect(count(JSON.stringify(list))).toBeLessThanOrEqual(LIST_TOKENS);
  });

  it.each([
    ['code', () => readFileSync(resolve('src/mcp/clients.integration.spec.ts'), 'utf8')],
    ['prose', () => readFileSync(resolve('../docs/architecture.md'), 'utf8')],
    [
      'JSON',
      () => JSON.stringify(JSON.parse(readFileSync(resolve('../deploy/schemas/finding.opened.v1.json'), 'utf8'))),
    ],
    [
      'digests',
      () => JSON.stringify(Array.from({ length: 500 }, (_, n) => createHash('sha1').update(`${n}`).digest('hex'))),
    ],
    ['Base64', () => readFileSync(process.execPath).subarray(0, 30_000).toString('base64')],
    ['another script', () => '性能が落ちた原因を調べる。'.repeat(200)],
  ])('is not surprised by %s: the estimate is hardly below what a tokenizer counts', (_kind, textOf) => {
    const text = textOf();
    const ratio = estimateTokens(text) / count(text);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(2.5);
  });
});
