import { cpSync, readdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import {
  caseCommanded,
  contracts,
  findingRevised,
  profileRecorded,
  proposalOpened,
  proposalSettled,
  teamContract,
  type EventContract,
  type HeadroomEvent,
} from '@headroom/contracts';
import { loadConfig } from '@headroom/platform';
import { eventOf as decoded, openEmbedded } from '@headroom/runtime';
import type { RecordedEvent } from './recordings/recorded.events.js';
import { recordedHistory, replay, traceparentFor } from './recordings/recorded.history.js';
import { writeStorefrontConfig } from './storefront.config.js';
import { eventually, proposedBranches, TestHost, untilIdle, type LogLine } from './test-host.js';

/** Its proposal is there, or it waits for a machine that is quiet enough to measure on. */
const AT_REST: readonly string[] = ['proposed', 'parked'];
const caseContracts = contracts.filter((contract) => contract.keyedBy === 'case');
/** Written only where a person decides about a case, or a change is announced late. */
const occasional = [caseCommanded, proposalSettled, findingRevised].map((contract) => contract.type);

let config: string;
let recording: RecordedEvent[];
/** The directory of the first history: killed in every stage, then brought to its end. */
let killedDir: string;
let bare: string;
let result: CaseView;

async function newDataDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'headroom-e2e-'));
}

async function regressionOf(host: TestHost): Promise<CaseView> {
  const { cases } = await host.client.overview();
  const regressions = cases.filter((each) => each.kind === 'regression');
  expect(regressions).toHaveLength(1);
  return (await host.client.details(regressions[0]?.caseId ?? '')).view;
}

/** Events in the log of a directory that no host owns. */
async function eventsIn<Data>(dataDir: string, from: readonly EventContract<Data>[]): Promise<HeadroomEvent<Data>[]> {
  const parts = await openEmbedded(dataDir);
  try {
    const events: HeadroomEvent<Data>[] = [];
    for (const contract of from) {
      for (let partition = 0; partition < contract.partitions; partition += 1) {
        const records = await parts.log.read({ topic: contract.topic, partition }, 0n, 1000);
        events.push(...records.flatMap((record) => decoded(record, contract) ?? []));
      }
    }
    return events;
  } finally {
    await parts.close();
  }
}

const caseEventsIn = (dataDir: string): Promise<HeadroomEvent[]> => eventsIn(dataDir, caseContracts);

/**
 * Kills the host as soon as a stage has begun its work, and starts it again on the same directory. The moment may have come
 * before the first look: the work goes on all the same when the process dies now.
 */
async function killWhen(host: TestHost, what: string, isMoment: (line: LogLine) => boolean): Promise<TestHost> {
  await eventually(what, () => host.logLines().find(isMoment), 300_000, 250);
  await host.kill();
  return TestHost.start({ dataDir: host.dataDir, config });
}

const startedBy =
  (group: string) =>
  (line: LogLine): boolean =>
    line.group === group && line.msg === 'task started';

beforeAll(async () => {
  killedDir = await newDataDir();
  config = await writeStorefrontConfig(await newDataDir());
  ({ events: recording, bare } = recordedHistory('storefront', killedDir));
});

describe('a host that is killed in the middle of every stage', () => {
  let host: TestHost | undefined;

  afterAll(async () => {
    await host?.stop();
  });

  it('comes to the same result, once', async () => {
    host = await TestHost.start({ dataDir: killedDir, config });
    await replay(host, recording);
    await host.kill();
    host = await TestHost.start({ dataDir: killedDir, config });
    await replay(host, recording);

    host = await killWhen(host, 'context gathering', startedBy('context-gatherer'));
    host = await killWhen(host, 'drafting', startedBy('skill-executor'));
    host = await killWhen(host, 'measuring', (line) => line['phase'] === 'measure' && Number(line['round']) >= 2);
    host = await killWhen(host, 'proposing', startedBy('pr-writer'));
    await untilIdle(host);
    result = await regressionOf(host);

    expect(result.rootCause).toMatchObject({ status: 'named', deployment: 'd10' });
    expect(AT_REST).toContain(result.state);
    expect(proposedBranches(bare)).toEqual(result.state === 'proposed' ? [result.branch] : []);
    if (result.state === 'proposed') expect(readdirSync(join(killedDir, 'proposals'))).toEqual([result.caseId]);
    expect(await host.client.deadLetters()).toEqual([]);
  }, 600_000);

  it('publishes each event with one content, and never a second finding, draft, verdict or proposal', async () => {
    await host?.stop();
    const contents = new Map<string, Set<string>>();
    const ids = new Map<string, Set<string>>();

    for (const event of await caseEventsIn(killedDir)) {
      contents.set(event.id, (contents.get(event.id) ?? new Set()).add(JSON.stringify(event.data)));
      ids.set(event.type, (ids.get(event.type) ?? new Set()).add(event.id));
    }

    expect([...contents.values()].every((each) => each.size === 1)).toBe(true);
    expect([...ids.values()].map((each) => each.size)).toEqual([...ids].map(() => 1));
    const written = caseContracts.map(({ type }) => type).filter((type) => !occasional.includes(type));
    const proposed = result.state === 'proposed';
    expect([...ids.keys()].sort()).toEqual(written.filter((type) => proposed || type !== proposalOpened.type).sort());
  });

  it('gives the team the proposal that the common topic says is for it', async () => {
    const { team } = (await loadConfig(config)).config.services[result.service] ?? { team: '' };
    const common = (await caseEventsIn(killedDir)).filter(({ type }) => type === proposalOpened.type);
    const own = await eventsIn(killedDir, [teamContract(proposalOpened, team)]);

    expect(common.every((event) => event.team === team)).toBe(true);
    expect(new Set(own.map(({ id }) => id))).toEqual(new Set(common.map(({ id }) => id)));
    for (const event of own) expect(common).toContainEqual(event);
  });

  it('keeps one trace from the completing profile to the proposal', async () => {
    const profiles = recording.filter(({ event }) => event.type === profileRecorded.type);
    const traces = profiles.map(({ event }) => traceparentFor(event).slice(3, 35));

    expect(traces).toContain(result.traceId);
    expect(result.timeline.map((entry) => entry.traceparent?.slice(3, 35))).toEqual(
      result.timeline.map(() => result.traceId),
    );
  });
});

describe('events that arrive twice and in any order', () => {
  it('come to the same case, the same branch and the same commit', async () => {
    const events = await caseEventsIn(killedDir);
    const dataDir = await newDataDir();
    const { bare: repository } = recordedHistory('storefront', dataDir);
    for (const kept of ['blobs', 'keys']) cpSync(join(killedDir, kept), join(dataDir, kept), { recursive: true });
    const host = await TestHost.start({ dataDir, config });

    try {
      // The end of the flow first: each event comes before the one that led to it, and everything comes twice.
      await host.client.publish(events.toReversed());
      await untilIdle(host);
      await replay(host, recording.toReversed());
      await host.client.publish(events);
      await replay(host, recording);
      await untilIdle(host);
      const view = await regressionOf(host);

      expect(view.caseId).toBe(result.caseId);
      expect(AT_REST).toContain(view.state);
      expect(proposedBranches(repository)).toEqual(view.state === 'proposed' ? [view.branch] : []);
      // Each host measures for itself: a noisy minute may have parked the case at one of them.
      if (view.proposal && result.proposal) {
        expect(view.branch).toBe(result.branch);
        expect(view.proposal.commit).toBe(result.proposal.commit);
      }
    } finally {
      await host.stop();
    }
  }, 600_000);
});
