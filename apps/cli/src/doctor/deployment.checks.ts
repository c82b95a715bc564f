import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import {
  KafkaLog,
  parseKafkaUrl,
  readBlobsMarker,
  redisFacts,
  RedisStore,
  storedBlobsMarker,
  type RedisFacts,
  type TopicOutcome,
} from '@headroom/runtime';
import { checkedStore } from '../run/run.settings.js';
import { wantedTopics } from '../wanted-topics.js';
import { failed, failure, ok, skipped, warning, type Check, type Finding } from './check.js';

/** Longest wait for an answer of the log, milliseconds. */
const ANSWER_WITHIN_MS = 10_000;
/** Clocks further apart than this make times of events misleading, milliseconds. */
const CLOCK_SKEW_MS = 2_000;

function topicFinding(outcomes: readonly TopicOutcome[]): Finding {
  const named = (wanted: TopicOutcome['outcome']): string[] =>
    outcomes.filter(({ outcome }) => outcome === wanted).map(({ topic }) => topic);
  const first = (names: string[]): string => names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
  const fix = 'headroom topics apply (see first what it does with --dry-run)';
  const missing = named('created');
  if (missing.length > 0) {
    const message = `${missing.length} of ${outcomes.length} topics are missing: ${first(missing)}`;
    return failed('HEADROOM_TOPICS_MISSING', message, fix);
  }
  const different = named('changed');
  if (different.length === 0) return ok(`${outcomes.length} topics, partitions and settings as their contracts say`);
  const message = `${different.length} topics differ from their contracts: ${first(different)}`;
  return failed('HEADROOM_TOPICS_DIFFER', message, fix);
}

async function busFindings(log: KafkaLog, config: string | undefined): Promise<Finding[]> {
  const { clusterId, brokers } = await log.cluster();
  // A configuration that is not valid is told by its own check.
  const wanted = await wantedTopics(config).catch(() => wantedTopics(undefined));
  const outcomes = await log.applyTopics(wanted, { dryRun: true });
  return [ok(`Kafka cluster ${clusterId}, brokers ${brokers.join(', ')}`), topicFinding(outcomes)];
}

/** Checks that the log answers and has the topics as they have to be. */
export function busCheck(bus: string | undefined, config: string | undefined): Check {
  return {
    name: 'bus',
    run: async () => {
      if (!bus) return skipped('none is named: --bus kafka://host:9092 (HEADROOM_BUS); "headroom up" needs none');
      let log: KafkaLog | undefined;
      try {
        log = await KafkaLog.open({ ...parseKafkaUrl(bus), requestDeadlineMs: ANSWER_WITHIN_MS });
        return await busFindings(log, config);
      } catch (error) {
        return failure(error, 'Start Kafka, or mend the address, user and password.');
      } finally {
        await log?.close();
      }
    },
  };
}

function storeFindings({ version, evictionPolicy, appendOnly, clockAheadMs }: RedisFacts): Finding[] {
  const findings: Finding[] = [];
  if (evictionPolicy !== undefined && evictionPolicy !== 'noeviction') {
    const message = `maxmemory-policy is ${evictionPolicy}: leases and journals may be dropped`;
    findings.push(failed('HEADROOM_STORE_EVICTS', message, 'Set maxmemory-policy noeviction.'));
  }
  if (appendOnly === false) {
    const message = 'it writes no append-only file: leases and journals are lost when it stops';
    findings.push(warning('HEADROOM_STORE_VOLATILE', message, 'Set appendonly yes.'));
  }
  if (Math.abs(clockAheadMs) > CLOCK_SKEW_MS) {
    const message = `its clock and the one of this machine are ${Math.round(Math.abs(clockAheadMs) / 1000)} s apart`;
    findings.push(failed('HEADROOM_CLOCK_SKEW', message, 'Keep both in step with a time server.'));
  }
  if (findings.length > 0) return findings;
  return [ok(`Redis ${version}, noeviction, append-only file, clock within ${Math.abs(clockAheadMs)} ms`)];
}

/** Checks that the store answers and loses nothing. */
export function storeCheck(store: string | undefined): Check {
  return {
    name: 'store',
    run: async () => {
      if (!store) return skipped('none is named: --store redis://host:6379 (HEADROOM_STORE); "headroom up" needs none');
      try {
        return storeFindings(await redisFacts(checkedStore(store)));
      } catch (error) {
        return failure(error, 'Start Redis, or mend the address, user and password.');
      }
    },
  };
}

async function markerOfStore(store: string | undefined): Promise<string | undefined> {
  if (!store) return undefined;
  const opened = await RedisStore.open(checkedStore(store));
  try {
    return await storedBlobsMarker(opened);
  } finally {
    await opened.close();
  }
}

/** Checks that the payload folder can be written and is that of the other stages. */
export function blobsCheck(blobsDir: string | undefined, store: string | undefined): Check {
  return {
    name: 'blobs',
    run: async () => {
      if (!blobsDir) return skipped('none is named: --blobs <folder> (HEADROOM_BLOBS)');
      const probe = join(blobsDir, `.${randomUUID()}.tmp`);
      try {
        await writeFile(probe, 'probe');
        await rm(probe);
      } catch (error) {
        const message = `${blobsDir} cannot be written (${messageOf(error)})`;
        return failed('HEADROOM_BLOBS_UNREADABLE', message, 'Mount it, and make it writable for this user.');
      }
      const found = await readBlobsMarker(blobsDir);
      const wanted = await markerOfStore(store).catch((error: unknown) => error as Error);
      if (wanted instanceof Error) return failure(wanted, 'Mend the store first: it names the folder of all stages.');
      if (wanted === undefined) return ok(`${blobsDir} can be written; no stage has joined yet`);
      if (found === wanted) return ok(`${blobsDir} can be written and is that of all stages`);
      const message = `${blobsDir} is not the folder of the other stages (${found ?? 'no id'} instead of ${wanted})`;
      return failed('HEADROOM_BLOBS_MISMATCH', message, 'Mount the same folder in every stage.');
    },
  };
}
