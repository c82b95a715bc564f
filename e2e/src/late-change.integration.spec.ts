import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { changeDeployed, type Change } from '@headroom/contracts';
import { buildRepository } from '@headroom/testing';
import { eventOf } from './case.events.js';
import type { RecordedEvent } from './recordings/recorded.events.js';
import { replay } from './recordings/recorded.history.js';
import { minute, syntheticDeployment } from './synthetic.telemetry.js';
import { eventually, headroom, TestHost, untilIdle } from './test-host.js';

const SERVICE = 'quotes';
const SUBJECT = 'src/quotes.ts:quote';
const SETTING = 'quotes.cacheEntries';
const DEPLOYMENTS = 14;
/** The setting changed between this deployment and the next. */
const BEFORE_CHANGE = 8;
const quotes = { service: SERVICE, unitOfWork: 'quote', root: 'src/main.ts:serve' };

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

interface Telemetry {
  deployments: RecordedEvent[];
  profiles: RecordedEvent[];
  setting: Change;
}

/** The same code deployed again and again; a function gets dearer when a setting is changed. */
function telemetryOf(commit: string): Telemetry {
  const made = Array.from({ length: DEPLOYMENTS }, (_, index) => {
    const paths = [{ frames: [SUBJECT], line: 9, us: index < BEFORE_CHANGE ? 40_000 : 120_000 }];
    return syntheticDeployment(quotes, { number: index + 1, commit, previousCommit: commit, paths });
  });
  const shared = { service: SERVICE, environment: 'production' };
  const config = [{ key: SETTING, before: '1000', after: '0' }];
  const deployedAt = minute((BEFORE_CHANGE + 1) * 4 - 1);
  return {
    deployments: made.map(({ deployment }) => deployment),
    profiles: made.map(({ profile }) => profile),
    setting: { ...shared, deployment: 'c01', kind: 'config', deployedAt, config },
  };
}

/** A change as an event of its own. */
function announced(change: Change): RecordedEvent {
  return { event: eventOf(changeDeployed, change) };
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

const named = { status: 'named', key: SETTING, deployment: 'c01' };

describe('a regression that a setting brought', () => {
  it('names the setting', async () => {
    const { host, telemetry } = await start();

    await replay(host, [...telemetry.deployments, announced(telemetry.setting)]);
    await replay(host, telemetry.profiles);
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
    await replay(host, telemetry.deployments);
    await replay(host, telemetry.profiles);
    const abstained = await regression(host, ({ rootCause }) => rootCause?.status === 'abstained');

    const setting = announced(telemetry.setting);
    await replay(host, [setting]);
    await replay(host, [setting]);
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
    await replay(host, [...telemetry.deployments, announced(telemetry.setting)]);
    await replay(host, telemetry.profiles);
    await regression(host, ({ rootCause }) => rootCause?.status === 'named');
    const config = [{ key: 'banner.colour', before: 'red', after: 'blue' }];
    const change = { ...telemetry.setting, deployment: 'c02', config };

    await replay(host, [announced(change)]);
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

    await replay(host, telemetry.deployments);
    await replay(host, telemetry.profiles);
    const view = await regression(host, ({ rootCause }) => rootCause !== undefined);

    expect(view).toMatchObject({ subject: SUBJECT, rootCause: { status: 'named', key: SETTING } });
    const { stdout } = await headroom(['dossier', view.caseId, '--data', host.dataDir]);
    expect(stdout).toContain(`Candidate 1: experiment ${SETTING}`);
  }, 180_000);
});
