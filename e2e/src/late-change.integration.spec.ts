import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import {
  changeDeployed,
  profileRecorded,
  sha256,
  type Change,
  type HeadroomEvent,
  type Profile,
} from '@headroom/contracts';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { buildRepository } from '@headroom/testing';
import { eventOf } from './case.events.js';
import { eventually, headroom, TestHost, untilIdle } from './test-host.js';

const SERVICE = 'quotes';
const SUBJECT = 'src/quotes.ts:quote';
const SETTING = 'quotes.cacheEntries';
const DEPLOYMENTS = 14;
/** The setting changed between this deployment and the next. */
const BEFORE_CHANGE = 8;

const source = `import { settings } from './settings.ts';

const known = new Map<string, number>();

export function quote(item: string): number {
  const found = known.get(item);
  if (found !== undefined) return found;
  const price = priced(item);
  if (known.size < settings['quotes.cacheEntries']) known.set(item, price);
  // password = "s3cr3tValue9x"
  return price;
}

function priced(item: string): number {
  let sum = 0;
  for (const letter of item) sum += letter.charCodeAt(0);
  return sum;
}
`;
const files = {
  'package.json': '{ "name": "quotes", "version": "1.0.0", "type": "module", "private": true }\n',
  'src/quotes.ts': source,
  'src/settings.ts': "export const settings = { 'quotes.cacheEntries': Number(process.env.CACHE_ENTRIES ?? 1000) };\n",
};

const hosts: TestHost[] = [];

afterAll(async () => {
  for (const host of hosts) await host.stop();
});

function minute(number: number): string {
  return new Date(Date.UTC(2026, 10, 2, 10, number)).toISOString();
}

/** A second of the service: what the quoted function takes, microseconds, and 600 ms of the rest. */
function stacksOf(quoteUs: number): Stacks {
  const weights = [600_000, quoteUs];
  const samples = weights.map((weight) => Math.round(weight / 1000));
  const nothing = {
    thirdPartyUs: 0,
    runtimeUs: 0,
    unresolvedFrames: 0,
    unresolvedUs: 0,
    unlocatedUs: 0,
    unmappedUs: 0,
  };
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ['src/main.ts:serve', 'src/quotes.ts:quote'].map((id) => ({ id, origin: 'first-party', resolved: true })),
    stacks: [
      { frames: [0], weight: 600_000, samples: samples[0]! },
      { frames: [0, 1], weight: quoteUs, samples: samples[1]! },
    ],
    lines: [
      { frame: 0, line: 1, weight: 600_000 },
      { frame: 1, line: 9, weight: quoteUs },
    ],
    samples: samples[0]! + samples[1]!,
    durationUs: 1_000_000,
    idleUs: 1_000_000 - 600_000 - quoteUs,
    summary: { ...nothing, firstPartyUs: 600_000 + quoteUs, resolvedFrames: 2, unmappedFiles: [], problems: [] },
  };
}

interface Telemetry {
  deployments: HeadroomEvent<Change>[];
  profiles: { event: HeadroomEvent<Profile>; blob: Uint8Array }[];
  setting: HeadroomEvent<Change>;
}

/** The same code deployed again and again; a function gets dearer when a setting is changed. */
function telemetryOf(commit: string): Telemetry {
  const shared = { service: SERVICE, environment: 'production' };
  const deployments: Telemetry['deployments'] = [];
  const profiles: Telemetry['profiles'] = [];
  for (let number = 1; number <= DEPLOYMENTS; number += 1) {
    const deployment = `d${String(number).padStart(2, '0')}`;
    const code = { kind: 'code' as const, commit, previousCommit: commit, deployedAt: minute(number * 4) };
    deployments.push(eventOf(changeDeployed, { ...shared, deployment, ...code }));
    const level = number <= BEFORE_CHANGE ? 40_000 : 120_000;
    const stacks = stacksOf(level + (number % 3) * 700);
    const blob = encodeStacks(stacks);
    const profile = { sha256: sha256(blob), size: blob.length, mediaType: 'application/vnd.headroom.stacks.v1+gzip' };
    const work = {
      unitOfWork: 'quote',
      units: 1000,
      cpuSeconds: stacks.summary.firstPartyUs / 1e6,
      restOfHostCores: 0.02,
    };
    const place = { version: commit, deployment, hostClass: 'c7i.large' };
    const time = { startedAt: minute(number * 4 + 1), endedAt: minute(number * 4 + 2) };
    const data = { ...shared, ...place, ...time, ...work, samples: stacks.samples, format: stacks.format, profile };
    profiles.push({ event: eventOf(profileRecorded, data), blob });
  }
  const config = [{ key: SETTING, before: '1000', after: '0' }];
  const deployedAt = minute((BEFORE_CHANGE + 1) * 4 - 1);
  const setting = eventOf(changeDeployed, { ...shared, deployment: 'c01', kind: 'config', deployedAt, config });
  return { deployments, profiles, setting };
}

/** @param experiment a file of an experiment, by its fields */
async function start(experiment?: object): Promise<{ host: TestHost; telemetry: Telemetry }> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const { bare, commits } = await buildRepository(join(dir, 'target'), [{ message: 'quotes: price items', files }]);
  const repository = { name: 'example/quotes', url: bare };
  const test = ['node', '--test'];
  const services = { [SERVICE]: { repository, team: 'pricing', unitOfWork: 'quote', test } };
  const settings = { version: 1, services, ...(experiment && { tools: { experiments: { path: './experiments' } } }) };
  if (experiment) {
    await mkdir(join(dir, 'experiments'));
    await writeFile(join(dir, 'experiments', 'entries.json'), JSON.stringify(experiment));
  }
  const config = join(dir, 'headroom.config.yaml');
  // JSON is YAML.
  await writeFile(config, JSON.stringify(settings));
  const host = await TestHost.start({ dataDir: join(dir, 'data'), config });
  hosts.push(host);
  return { host, telemetry: telemetryOf(commits.at(-1) ?? '') };
}

async function publish(host: TestHost, events: readonly HeadroomEvent[]): Promise<void> {
  const { refused } = await host.client.publish([...events]);
  expect(refused).toEqual([]);
}

/** The only regression, once its root cause is as it should be. */
async function regression(host: TestHost, holds: (view: CaseView) => boolean): Promise<CaseView> {
  const found = await eventually('the case', async () => {
    const { cases } = await host.client.overview();
    const [first] = cases.filter(({ kind }) => kind === 'regression');
    if (!first) return undefined;
    const { view } = await host.client.details(first.caseId);
    return holds(view) ? view : undefined;
  });
  await untilIdle(host);
  const { cases } = await host.client.overview();
  expect(cases.filter(({ kind }) => kind === 'regression')).toHaveLength(1);
  return (await host.client.details(found.caseId)).view;
}

async function publishProfiles(host: TestHost, { profiles }: Telemetry): Promise<void> {
  for (const { blob } of profiles)
    await host.client.putBlob(Buffer.from(blob), 'application/vnd.headroom.stacks.v1+gzip');
  await publish(
    host,
    profiles.map(({ event }) => event),
  );
}

const named = { status: 'named', key: SETTING, deployment: 'c01' };

describe('a regression that a setting brought', () => {
  it('names the setting', async () => {
    const { host, telemetry } = await start();

    await publish(host, [...telemetry.deployments, telemetry.setting]);
    await publishProfiles(host, telemetry);
    const view = await regression(host, ({ rootCause }) => rootCause !== undefined);

    expect(view).toMatchObject({ subject: SUBJECT, attempt: 1, rootCause: named });
    const why = await headroom(['why', SERVICE, SUBJECT, '--data', host.dataDir]);
    expect(why).toMatchObject({ code: 0, stderr: '' });
    expect(why.stdout).toContain(`production on c7i.large, ${DEPLOYMENTS} deployments measured: reported`);
    const early = await headroom(['why', SERVICE, SUBJECT, '--at', minute(20), '--data', host.dataDir]);
    expect(early.stdout).toContain('not judged yet');
    const unknown = await headroom(['why', 'quote', SUBJECT, '--data', host.dataDir]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean quotes') });
  }, 180_000);

  it('names it in a new attempt, once, when it is announced after the case was opened', async () => {
    const { host, telemetry } = await start();
    await publish(host, telemetry.deployments);
    await publishProfiles(host, telemetry);
    const abstained = await regression(host, ({ rootCause }) => rootCause?.status === 'abstained');

    await publish(host, [telemetry.setting]);
    await publish(host, [telemetry.setting]);
    const view = await regression(host, ({ rootCause }) => rootCause?.status === 'named');

    expect(view).toMatchObject({ caseId: abstained.caseId, attempt: 2, rootCause: named });
    const revisions = view.timeline.filter(({ type }) => type === 'finding.revised');
    expect(revisions).toHaveLength(1);
    expect(revisions[0]?.what).toContain('c01');
    expect(await host.client.deadLetters()).toEqual([]);
    const { code, stdout, stderr } = await headroom(['dossier', view.caseId, '--data', host.dataDir]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Candidate 1: config ${SETTING} of c01`);
    expect(stdout).toMatch(/^> {3}if \(known.size < settings/m);
    const whole = await headroom(['dossier', view.caseId, '--json', '--data', host.dataDir]);
    expect(whole.stdout).toContain('known.size < settings');
    expect(whole.stdout + stdout).not.toContain('s3cr3tValue9x');
  }, 180_000);

  it('only notes a change that explains nothing', async () => {
    const { host, telemetry } = await start();
    await publish(host, [...telemetry.deployments, telemetry.setting]);
    await publishProfiles(host, telemetry);
    await regression(host, ({ rootCause }) => rootCause?.status === 'named');
    const config = [{ key: 'banner.colour', before: 'red', after: 'blue' }];
    const data = { ...telemetry.setting.data, deployment: 'c02', config };

    await publish(host, [eventOf(changeDeployed, data)]);
    const view = await regression(host, ({ timeline }) => timeline.some(({ type }) => type === 'finding.revised'));

    expect(view).toMatchObject({ attempt: 1, rootCause: named });
  }, 180_000);
});

describe('a regression that a flag brought', () => {
  it('names the flag', async () => {
    const { host, telemetry } = await start({
      experiment: SETTING,
      kind: 'flag',
      service: SERVICE,
      start: minute(0),
      variants: [{ id: 'on' }],
      exposure: [{ at: minute((BEFORE_CHANGE + 1) * 4 - 1), change: 'off for half', before: 1, after: 0.5 }],
    });

    await publish(host, telemetry.deployments);
    await publishProfiles(host, telemetry);
    const view = await regression(host, ({ rootCause }) => rootCause !== undefined);

    expect(view).toMatchObject({ subject: SUBJECT, rootCause: { status: 'named', key: SETTING } });
    const { stdout } = await headroom(['dossier', view.caseId, '--data', host.dataDir]);
    expect(stdout).toContain(`Candidate 1: experiment ${SETTING}`);
  }, 180_000);
});
