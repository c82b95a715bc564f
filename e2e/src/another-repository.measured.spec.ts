import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { decodeStacks } from '@headroom/profiling';
import { buildParcels, CULPRIT, type ParcelsRepository } from './parcels/parcels.repository.js';
import { unpackText } from './recordings/packed.text.js';
import { parseRecordedEvents } from './recordings/recorded.events.js';
import { replay } from './recordings/recorded.history.js';
import { eventually, headroom, headroomCommand, proposedBranches, TestHost, untilIdle } from './test-host.js';

const SUBJECT = 'lib/rating.ts:rateParcel';
/** A measurement waits for others of the machine, and for the host to come to rest. */
const DEADLINE_MS = 600_000;

let dir: string;
let repository: ParcelsRepository;

/** A compiled service with folders, names and commands of its own: nothing of it is like the example. */
async function writeConfig(): Promise<string> {
  const config = join(dir, 'headroom.config.yaml');
  const settings = {
    version: 1,
    services: {
      parcels: {
        repository: { name: 'depots/parcels', url: repository.bare },
        pathMap: { '/srv/parcels': '' },
        team: 'depots',
        unitOfWork: 'parcel',
        build: ['node', 'tools/build.mjs'],
        test: ['node', '--test', 'spec/*.spec.mjs'],
        benchmark: {
          command: ['node', 'perf/manifests.perf.mjs', '{operations}'],
          operations: 60_000,
          harness: ['perf/**'],
        },
        // A third of the CPU is at stake: few rounds tell.
        verification: { looks: [8] },
      },
    },
  };
  // JSON is YAML.
  await writeFile(config, JSON.stringify(settings, null, 2));
  return config;
}

function git(...args: string[]): string {
  return execFileSync('git', ['-C', repository.bare, ...args], { encoding: 'utf8' }).trim();
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  repository = await buildParcels(join(dir, 'origin'));
});

describe('a profile of a compiled service in its container', () => {
  it('names the functions of the source, by source maps and path map', async () => {
    const file = join(dir, 'events.jsonl');
    const words = ['--record', file, '--deployments', '1', '--tries', '1', '--manifests', '400'];
    execFileSync(process.execPath, [resolve('parcels/drive.mjs'), ...words], {
      stdio: 'ignore',
      env: { ...process.env, HEADROOM_CLI: headroomCommand },
    });

    const profile = parseRecordedEvents(readFileSync(file, 'utf8')).find(({ blob }) => blob);
    const stacks = decodeStacks(profile?.blob?.bytes ?? Buffer.alloc(0));
    const firstParty = stacks.frames.filter(({ origin }) => origin === 'first-party');

    expect(stacks.summary).toMatchObject({ unresolvedFrames: 0, unmappedFiles: [], problems: [] });
    expect(firstParty.map(({ id }) => id)).toContain('lib/routes.ts:hoursFrom');
    expect(firstParty.filter(({ id }) => !id.startsWith('lib/'))).toEqual([]);
  }, 60_000);
});

describe('a regression of another repository', () => {
  let host: TestHost;
  let view: CaseView;

  beforeAll(async () => {
    const config = await writeConfig();
    host = await TestHost.start({ dataDir: join(dir, 'data'), config });
    const packed = readFileSync(join(import.meta.dirname, 'recordings', 'parcels.jsonl.br'));
    // One after another: the detector looks at the service after every event, as when they really come.
    for (const each of parseRecordedEvents(unpackText(packed))) await replay(host, [each]);
    await eventually(
      'the verdict',
      async () => (await host.client.overview()).cases.find(({ verdict }) => verdict !== undefined),
      DEADLINE_MS - 60_000,
    );
    await untilIdle(host);
    const { cases } = await host.client.overview();
    expect(cases).toHaveLength(1);
    view = (await host.client.details(cases[0]?.caseId ?? '')).view;
  }, DEADLINE_MS);

  afterAll(async () => {
    await host?.stop();
  }, 60_000);

  it('is found in the function, and its commit is named among those that were deployed with it', () => {
    const commit = git('log', '--format=%H', '--fixed-strings', `--grep=${CULPRIT}`, 'main');

    expect(view).toMatchObject({
      kind: 'regression',
      service: 'parcels',
      subject: SUBJECT,
      rootCause: { status: 'named', commit, deployment: 'r9' },
    });
  });

  it('is repaired by a patch that is proven where it was compiled, on one branch', () => {
    const branches = proposedBranches(repository.bare);
    if (view.parked?.reason === 'noisy machine') {
      expect(branches).toEqual([]);
      return;
    }
    expect(view).toMatchObject({ state: 'proposed', verdict: 'improved', proposal: { branch: view.branch } });
    expect(branches).toEqual([view.branch]);
    expect(git('diff', '--name-only', 'main', view.branch ?? '').split('\n')).toEqual(['lib/rating.ts']);
  });

  it('reads as a case of that service in the terminal', async () => {
    const { code, stdout } = await headroom(['case', view.caseId, '--data', host.dataDir]);

    expect(code).toBe(0);
    expect(stdout).toContain(SUBJECT);
    expect(stdout).toContain('parcel');
  });
});
