import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readHostFile } from '@headroom/cli';
import {
  allTopics,
  asyncApiDocument,
  contracts,
  draftConcluded,
  profileRecorded,
  sha256,
  signalRaised,
  type EventContract,
} from '@headroom/contracts';
import { EventPublisher, openEmbedded, type LogRecord, type ReadableLog } from '@headroom/runtime';
import { freePort, recordChecker } from '@headroom/testing';
import { draftFor, eventOf, opportunity } from './case.events.js';
import { patchOf } from './patch.maker.js';
import { makeTarget, targetFiles, type Target } from './target.repository.js';
import { eventually, examplePath, TestHost } from './test-host.js';

const fixturesDir = join(process.cwd(), '..', 'libs', 'contracts', 'fixtures');
const example = (name: string): string => examplePath('publish', name);

let dir: string;
let target: Target;
let host: TestHost;
let address: { HEADROOM_URL: string; HEADROOM_TOKEN: string };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-publish-'));
  target = await makeTarget(dir);
  await writeCases(join(dir, 'data'));
  host = await TestHost.start({ dataDir: join(dir, 'data'), config: target.config });
  const announced = await readHostFile(host.dataDir);
  address = { HEADROOM_URL: announced?.url ?? '', HEADROOM_TOKEN: announced?.token ?? '' };
}, 120_000);

afterAll(async () => {
  await host?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** What is in the log when the host starts: a request that ends at the skill-executor, and a candidate that gets its verdict. */
async function writeCases(dataDir: string): Promise<void> {
  const subject = 'src/words.ts:countWords';
  const kind = 'opportunity-requested';
  const subjectContent = sha256('asked for');
  const finding = opportunity({ service: 'red', repository: 'example/red', subject, anchor: 'records' });
  const changes = { 'src/words.ts': `${targetFiles['src/words.ts']}\n// Counted.\n` };
  const parts = await openEmbedded(dataDir);
  try {
    await parts.log.ensureTopics(allTopics());
    const patch = await parts.blobs.put(Buffer.from(await patchOf(join(dir, 'patch'), changes)), 'text/x-diff');
    const { commit } = target;
    const publisher = new EventPublisher(parts.log, { source: '/e2e' });
    await publisher.publish(signalRaised, { service: 'words', kind, subject, subjectContent });
    await publisher.publish(draftConcluded, draftFor(finding, commit, patch).data);
  } finally {
    await parts.close();
  }
}

async function run(
  words: readonly [string, ...string[]],
  env: Record<string, string> = address,
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [command, ...args] = words;
  const child = spawn(command, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

const python = (args: string[], env?: Record<string, string>, input?: string): ReturnType<typeof run> =>
  run(['python3', example('publish.py'), ...args], env, input);
const curl = (args: string[], env?: Record<string, string>): ReturnType<typeof run> =>
  run(['sh', example('publish.sh'), ...args], env);

/** Stacks as any profiler may have written them, and the event that names them. */
async function stacksFile(name: string): Promise<{ file: string; bytes: Buffer }> {
  const bytes = Buffer.from(`stacks of ${name}`);
  const file = join(dir, name);
  await writeFile(file, bytes);
  return { file, bytes };
}

describe.each([
  ['in Python', python, 'events.jsonl', 'mistakes.jsonl'],
  ['with curl', curl, 'events.batch.json', 'mistakes.batch.json'],
] as const)('the publisher %s', (name, publish, batch, mistakes) => {
  it('publishes one event', async () => {
    expect(await publish(['event', example('measurement.json')])).toMatchObject({ code: 0 });
  });

  it('publishes a batch, of which a request becomes a case', async () => {
    expect(await publish(['batch', example(batch)])).toMatchObject({ code: 0 });

    await eventually('the case', async () =>
      (await host.client.overview()).cases.find((each) => each.service === 'web' && each.state === 'stopped'),
    );
  }, 120_000);

  it('says what of a batch was refused and why, and publishes the rest', async () => {
    const { code, stderr } = await publish(['batch', example(mistakes)]);

    expect(code).toBe(3);
    expect(stderr).toContain('web-2026-11-02T10:10');
    expect(stderr).toContain('$.data.quality.units');
    expect(stderr).toContain('has 2 entries for 1 windows');
    expect(stderr).toContain('HEADROOM_EVENT_INVALID');
    expect(stderr).not.toContain('web-2026-11-02T10:15: refused');
  });

  it('says why one event was refused', async () => {
    const file = join(dir, 'refused.json');
    const text = await readFile(example('measurement.json'), 'utf8');
    await writeFile(file, text.replace('"worse": "up"', '"worse": "sideways"'));

    const { code, stderr } = await publish(['event', file]);

    expect(code).toBe(3);
    expect(stderr).toContain('$.data.series[0].worse');
    expect(stderr).toContain('HEADROOM_EVENT_INVALID');
  });

  it('uploads what an event names by its hash, and publishes that event', async () => {
    const { file, bytes } = await stacksFile(name);
    const { mediaType } = profileRecorded.example.profile;
    const words = publish === python ? ['--media-type', mediaType] : [mediaType];

    const { code, stdout } = await publish(['blob', file, ...words]);
    const blob = JSON.parse(stdout) as { sha256: string; size: number; mediaType: string };
    const event = join(dir, 'profile.json');
    await writeFile(event, JSON.stringify(eventOf(profileRecorded, { ...profileRecorded.example, profile: blob })));

    expect(code).toBe(0);
    expect(blob).toEqual({ sha256: sha256(bytes), size: bytes.length, mediaType });
    expect(await host.client.getBlob(blob)).toEqual(bytes);
    expect(await publish(['event', event])).toMatchObject({ code: 0 });
  });

  it('fails plainly with a wrong token', async () => {
    const { code, stderr } = await publish(['event', example('measurement.json')], {
      ...address,
      HEADROOM_TOKEN: 'wrong',
    });

    expect(code).toBe(1);
    expect(stderr).toContain('HEADROOM_UNAUTHORIZED');
    expect(stderr).not.toContain('Traceback');
  });

  it('fails plainly when there is no gateway, after some tries', async () => {
    const nowhere = { ...address, HEADROOM_URL: `http://127.0.0.1:${await freePort()}` };

    const { code, stderr } = await publish(['event', example('measurement.json')], nowhere);

    expect(code).toBe(1);
    expect(stderr).toContain('does not answer');
    expect(stderr).not.toContain('Traceback');
  }, 60_000);

  it('explains itself', async () => {
    const { code, stderr } = await publish([]);

    expect(code).toBe(2);
    expect(stderr).toContain('publish.');
  });
});

describe('the publisher in Python', () => {
  it('names the line of each mistake', async () => {
    const { stderr } = await python(['batch', example('mistakes.jsonl')]);

    expect(stderr).toMatch(/mistakes\.jsonl:2: refused, id web-2026-11-02T10:10: \$\.data\.quality\.units: /);
    expect(stderr).toMatch(/mistakes\.jsonl:3: refused, not JSON: /);
    expect(stderr).toMatch(
      /mistakes\.jsonl:4: refused, id web-2026-11-02\.4: \$\.type: .*\[HEADROOM_EVENT_UNKNOWN_TYPE\]/,
    );
    expect(stderr).toContain('1 accepted, 3 refused');
  });

  it('finds the host of a data directory, and reads standard input', async () => {
    const text = await readFile(example('events.jsonl'), 'utf8');

    const { code, stderr } = await python(['batch', '-'], { HEADROOM_DATA: host.dataDir }, text);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '3 accepted, 0 refused\n' });
  });
});

describe('the gateway', () => {
  it('answers every golden event as the manifest says, in both modes', async () => {
    const { fixtures } = JSON.parse(await readFile(join(fixturesDir, 'manifest.json'), 'utf8')) as {
      fixtures: { file: string; accepted: boolean; code?: string; path?: string }[];
    };
    const outside = contracts.filter(({ audience }) => audience === 'outsiders').map(({ name }) => `${name}.v1/`);
    const answered = fixtures.filter(
      ({ file }) => outside.some((folder) => file.startsWith(folder)) && !isNoRequest(file),
    );

    for (const { file, accepted, code, path } of answered) {
      const response = await postFixture(file);
      const answer = await response.text();

      expect([file, response.status]).toEqual([file, accepted ? 202 : 400]);
      if (!accepted) expect([file, answer]).toEqual([file, expect.stringContaining(`"path":"${path}"`)]);
      if (!accepted) expect([file, answer]).toEqual([file, expect.stringContaining(`"${code}"`)]);
    }
    expect(answered.length).toBeGreaterThan(35);
  });
});

/** What HTTP refuses before it looks for an event: a body that is not JSON, a content type that is not taken. */
function isNoRequest(file: string): boolean {
  return /bad-(?:not-json|content-type-text)\.json$/.test(file);
}

async function postFixture(file: string): Promise<Response> {
  const fixture = JSON.parse(await readFile(join(fixturesDir, file), 'utf8')) as {
    headers: Record<string, string>;
    value: unknown;
  };
  const headers = Object.entries(fixture.headers).map(([name, text]) => [name.replace(/^ce_/, 'ce-'), text]);
  return fetch(`${address.HEADROOM_URL}/v1/events`, {
    method: 'POST',
    headers: { ...Object.fromEntries(headers), authorization: `Bearer ${address.HEADROOM_TOKEN}` },
    body: JSON.stringify(fixture.value),
  });
}

async function recordsOf(log: ReadableLog, { topic }: Pick<EventContract, 'topic'>): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const partitions = await log.partitionsOf(topic);
  for (let partition = 0; partition < partitions; partition += 1) {
    records.push(...(await log.read({ topic, partition }, 0n, 1000)));
  }
  return records;
}

describe('the records of a whole host', () => {
  it('match the AsyncAPI document, whichever stage wrote them', async () => {
    await eventually('the end of both cases', async () => {
      const { cases } = await host.client.overview();
      const ended = (service: string): boolean =>
        cases.some((each) => each.service === service && (each.state === 'stopped' || each.verdict !== undefined));
      return ended('words') && ended('red') ? true : undefined;
    });
    await host.stop();
    const parts = await openEmbedded(host.dataDir);
    const check = recordChecker(asyncApiDocument());
    try {
      const written = new Map<string, LogRecord[]>();
      for (const contract of contracts) written.set(contract.name, await recordsOf(parts.log, contract));
      const problems = [...written.values()].flat().flatMap(check);

      expect(problems).toEqual([]);
      for (const name of [
        'measurement',
        'profile',
        'change',
        'signal',
        'finding',
        'context',
        'draft',
        'verification',
      ]) {
        expect([...written].filter(([each]) => each.startsWith(name)).flatMap(([, records]) => records)).not.toEqual(
          [],
        );
      }
    } finally {
      await parts.close();
    }
  }, 300_000);
});
