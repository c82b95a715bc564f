import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { buildRepository } from '@headroom/testing';
import { draftFor, opportunity } from './case.events.js';
import { patchOf } from './patch.maker.js';
import { targetFiles } from './target.repository.js';
import { eventually, proposedBranches, TestHost } from './test-host.js';

const SUBJECT = 'src/words.ts:countWords';
const SECRET = 'a-value-of-the-parent-environment';
/** Stands in what hostile processes are called, to find them again. */
const MARK = `hostile-${process.pid}`;

/** What is read of a signed record here. */
interface EvidenceRecord {
  stopped?: { reason: string };
  sandbox: { kind: string; enforcedLimits: Record<string, string> };
}

/** What hostile code is told about this host. */
interface Surroundings {
  port: number;
  marker: string;
  dir: string;
  hostPid: number;
}

/** A hostile target: its test command, and how its case has to end. */
interface Hostile {
  /** Completes "a test that …". */
  does: string;
  code: (around: Surroundings) => string;
  reason: string;
  /** What of it the message has to tell. */
  says?: string;
}

const failed = 'tests-failed-on-base';

const HOSTILES: readonly Hostile[] = [
  {
    does: 'reads the home folder and the secrets of the parent',
    code: ({ marker, hostPid }) => `
      const { readFileSync } = require('node:fs');
      const places = [${JSON.stringify(marker)}, '/proc/${hostPid}/environ', '/proc/self/environ', '/proc/1/environ', '/root', '/home'];
      for (const place of places) {
        try { console.log('found ' + readFileSync(place, 'utf8')); } catch (error) { console.log('nothing at ' + place); }
      }
      console.log('variables ' + JSON.stringify(process.env)); process.exit(1);`,
    reason: failed,
    says: 'variables',
  },
  {
    does: 'calls a listener on the loopback interface',
    code: ({ port }) => `
      const socket = require('node:net').connect(${port}, '127.0.0.1', () => { console.log('connected'); process.exit(0); });
      socket.on('error', (error) => { console.log('refused: ' + error.code); process.exit(1); });`,
    reason: failed,
    says: 'refused: ECONNREFUSED',
  },
  {
    does: 'forks without end',
    code: () => `
      const { spawn } = require('node:child_process');
      const fork = () => { for (let i = 0; i < 8; i += 1) spawn(process.execPath, [__filename, '${MARK}'], { stdio: 'ignore' }).on('error', () => {}); };
      fork(); setInterval(fork, 50);`,
    reason: 'process-limit',
    says: 'verification.limits.processes',
  },
  {
    does: 'prints without end',
    code: () => `for (;;) require('node:fs').writeSync(1, 'x'.repeat(65536));`,
    reason: 'output-limit',
    says: 'verification.limits.outputMiB',
  },
  {
    does: 'allocates without end',
    code: () => `const all = []; for (;;) all.push(Buffer.alloc(8e6, 1));`,
    reason: 'memory-limit',
    says: 'verification.limits.memoryMiB',
  },
  {
    does: 'writes without end to the disk',
    code: () => `
      const { writeFileSync } = require('node:fs');
      for (let i = 0; ; i += 1) { writeFileSync('file' + i, Buffer.alloc(1e6, 1)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); }`,
    reason: 'disk-limit',
    says: 'verification.limits.diskMiB',
  },
  {
    does: 'never ends, and leaves a child that never ends',
    code: () => `
      require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${MARK}'], { detached: true, stdio: 'inherit' }).unref();
      setInterval(() => {}, 1000);`,
    reason: 'timeout',
    says: 'verification.testTimeoutMs',
  },
  {
    does: 'sends signals to whoever it can reach',
    code: ({ hostPid }) => `
      for (const pid of [process.ppid, 1, ${hostPid}, -${hostPid}]) {
        for (const signal of ['SIGTERM', 'SIGKILL', 'SIGSTOP']) {
          try { process.kill(pid, signal); console.log(signal + ' sent to ' + pid); } catch (error) { console.log(signal + ' to ' + pid + ': ' + error.code); }
        }
      }
      process.exit(1);`,
    reason: failed,
    says: 'SIGKILL',
  },
  {
    does: 'writes outside its folder, and replaces node and git',
    code: ({ dir }) => `
      const { symlinkSync, unlinkSync, writeFileSync } = require('node:fs');
      const places = [${JSON.stringify(dir)} + '/outside', '../outside', '/usr/local/bin/git', '/usr/bin/git', '/opt/bin/node', process.execPath, '/etc/passwd', '/outside'];
      let wrote = 0;
      for (const place of places) {
        try { unlinkSync(place); } catch {}
        try { writeFileSync(place, '#!/bin/sh\\nexit 0\\n', { mode: 0o755 }); wrote += 1; console.log('wrote ' + place); } catch {}
        try { symlinkSync('/bin/true', place); wrote += 1; console.log('linked ' + place); } catch {}
      }
      console.log(wrote + ' places written'); process.exit(1);`,
    reason: failed,
    says: '0 places written',
  },
];

let dir: string;
let marker: string;
let listener: Server;
let connections = 0;
let bare: string;
let commit: string;
let host: TestHost;

function nameOf(hostile: Hostile): string {
  return `hostile-${HOSTILES.indexOf(hostile)}`;
}

async function makeTargets(around: Surroundings): Promise<string> {
  const files = Object.fromEntries(HOSTILES.map((each) => [`checks/${nameOf(each)}.cjs`, each.code(around)]));
  ({
    bare,
    commits: [commit = ''],
  } = await buildRepository(join(dir, 'target'), [{ message: 'base', files: { ...targetFiles, ...files } }]));
  const benchmark = { command: ['node', 'bench/words.bench.ts', '{operations}'], operations: 120_000 };
  const serviceOf = (name: string, test: string[]): object => ({
    [name]: { repository: { name: `example/${name}`, url: bare }, team: 'text', test, benchmark },
  });
  const services = [
    serviceOf('words', ['node', '--test', 'test/*.test.ts']),
    ...HOSTILES.map((each) => serviceOf(nameOf(each), ['node', `checks/${nameOf(each)}.cjs`])),
  ];
  const config = join(dir, 'headroom.config.yaml');
  const limits = { memoryMiB: 256, processes: 64, outputMiB: 4, diskMiB: 24 };
  const verification = { testTimeoutMs: 6000, armTimeoutMs: 6000, limits };
  // JSON is YAML.
  await writeFile(config, JSON.stringify({ version: 1, services: Object.assign({}, ...services), verification }));
  return config;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  marker = join(homedir(), `.headroom-e2e-${process.pid}`);
  await writeFile(marker, SECRET);
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  const config = await makeTargets({ port, marker, dir, hostPid: process.pid });
  process.env['HEADROOM_E2E_SECRET'] = SECRET;
  host = await TestHost.start({ dataDir: join(dir, 'data'), config });
}, 60_000);

afterAll(async () => {
  delete process.env['HEADROOM_E2E_SECRET'];
  await host?.stop();
  await rm(marker, { force: true });
  await new Promise((done) => listener.close(done));
});

async function judged(service: string, patch: string): Promise<CaseView> {
  const finding = opportunity({ service, repository: `example/${service}`, subject: SUBJECT, anchor: service });
  const blob = await host.client.putBlob(Buffer.from(patch), 'text/x-diff');
  await host.client.publish([draftFor(finding, commit, blob)]);
  return eventually(`the end of ${service}`, async () => {
    const details = await host.client.details(finding.data.case.caseId).catch(() => undefined);
    return details?.view.verdict === undefined ? undefined : details.view;
  });
}

async function evidenceOf({ evidence }: CaseView): Promise<string> {
  if (!evidence) throw new Error('the case has no evidence');
  return Buffer.from(await host.client.getBlob(evidence)).toString('utf8');
}

async function livingWith(mark: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(mark));
}

describe('target code that is hostile', () => {
  let patch: string;
  const source = targetFiles['src/words.ts'];

  beforeAll(async () => {
    patch = await patchOf(join(dir, 'patch'), { 'src/words.ts': `${source}\n// Words are split at blanks.\n` });
  });

  it.each(HOSTILES.map((each) => [each.does, each] as const))(
    'a test that %s is contained, and its case says why it stopped',
    async (_does, hostile) => {
      const view = await judged(nameOf(hostile), patch);
      const { record } = JSON.parse(await evidenceOf(view)) as { record: EvidenceRecord };

      expect(view).toMatchObject({
        state: 'stopped',
        verdict: 'tests-failed-on-base',
        stopped: { stage: 'verifier', reason: hostile.reason },
      });
      expect(view.stopped?.message).toContain(hostile.says ?? '');
      expect(record).toMatchObject({
        stopped: { reason: hostile.reason },
        sandbox: { kind: 'bubblewrap', enforcedLimits: { network: 'none, namespace', environment: 'cleared' } },
      });
      expect(Object.keys(record.sandbox.enforcedLimits)).toEqual(
        expect.arrayContaining(['time', 'cpu', 'memory', 'processes', 'output', 'disk', 'files', 'user']),
      );
      expect(JSON.stringify(view) + JSON.stringify(record)).not.toContain(SECRET);
    },
    60_000,
  );

  it('leaves nothing behind: no process, no file, no connection, no branch', async () => {
    await eventually('the end of every hostile process', async () =>
      (await livingWith(MARK)).length === 0 ? true : undefined,
    );

    expect(connections).toBe(0);
    expect(existsSync(join(dir, 'outside'))).toBe(false);
    expect(existsSync('/outside')).toBe(false);
    expect(await readFile(marker, 'utf8')).toBe(SECRET);
    expect(proposedBranches(bare)).toEqual([]);
  });

  it('leaves the host healthy: another case is judged as ever, and nothing is a dead letter', async () => {
    const wrong = source.replace('?? 0) + 1', '?? 0) + 2');
    const view = await judged('words', await patchOf(join(dir, 'wrong'), { 'src/words.ts': wrong }));

    expect(view).toMatchObject({ verdict: 'tests-failed', stopped: { reason: 'tests-failed' } });
    expect(view.stopped?.message).toContain('counts words');
    expect(await host.client.deadLetters()).toEqual([]);
    expect(host.logLines().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});
