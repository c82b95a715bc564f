import { HeadroomError, type TopicSpec } from '@headroom/contracts';
import { KafkaLog, parseKafkaUrl, type TopicOutcome } from '@headroom/runtime';
import { EXIT, notice, print, printJson } from '../output.js';
import { wantedTopics } from '../wanted-topics.js';

/** Options of `headroom topics …`. */
export interface TopicsOptions {
  bus?: string | undefined;
  /** Names the teams, each of which has a topic. */
  config?: string | undefined;
  dryRun?: boolean;
  json?: boolean;
}

/** Without a configuration nobody knows the teams. */
function tellOfTeams({ config }: TopicsOptions): void {
  if (config === undefined) notice('No --config (HEADROOM_CONFIG) is named: the topics of teams are left out.');
}

async function withLog<Result>(bus: string | undefined, run: (log: KafkaLog) => Promise<Result>): Promise<Result> {
  if (!bus) {
    throw new HeadroomError('Name the log: --bus kafka://host:9092 (HEADROOM_BUS).', { code: 'HEADROOM_USAGE' });
  }
  const log = await KafkaLog.open(parseKafkaUrl(bus));
  try {
    return await run(log);
  } finally {
    await log.close();
  }
}

/** What is, or would be, different about a topic. */
function changesOf({ partitionsAdded, settings }: TopicOutcome): string[] {
  return [
    ...(partitionsAdded > 0 ? [`${partitionsAdded} partitions more`] : []),
    ...settings.map(({ name, from, to }) => `${name} ${from ?? '(none)'} → ${to}`),
  ];
}

const DONE = { created: 'created', changed: 'changed', unchanged: 'unchanged' } as const;
const PLANNED = { created: 'to create', changed: 'to change', unchanged: 'unchanged' } as const;

/** Makes and changes topics until each is as its contract says. Nothing is removed, no topic shrinks. */
export async function topicsApplyCommand(options: TopicsOptions): Promise<number> {
  tellOfTeams(options);
  const { dryRun = false } = options;
  const wanted = await wantedTopics(options.config);
  const outcomes = await withLog(options.bus, (log) => log.applyTopics(wanted, { dryRun }));
  if (options.json) {
    printJson({ dryRun, topics: outcomes });
    return EXIT.ok;
  }
  const words = dryRun ? PLANNED : DONE;
  for (const each of outcomes)
    print(`${words[each.outcome].padEnd(10)} ${[each.topic, ...changesOf(each)].join('  ')}`);
  const count = (outcome: TopicOutcome['outcome']): string =>
    `${outcomes.filter((each) => each.outcome === outcome).length} ${words[outcome]}`;
  notice([count('created'), count('changed'), count('unchanged')].join(', '));
  return EXIT.ok;
}

/** A topic of Headroom on the cluster, or one that is missing there. */
interface ListedTopic {
  topic: string;
  /** 0 when it is missing. */
  partitions: number;
  /** How it compares with its contract. */
  state: string;
}

async function listed(log: KafkaLog, wanted: readonly TopicSpec[]): Promise<ListedTopic[]> {
  const outcomes = await log.applyTopics(wanted, { dryRun: true });
  const states = new Map(outcomes.map((each) => [each.topic, stateOf(each)]));
  const others = (await log.topics()).filter((topic) => topic.startsWith('headroom.') && !states.has(topic));
  const rows: ListedTopic[] = [];
  for (const topic of [...states.keys(), ...others].sort()) {
    rows.push({ topic, partitions: await log.partitionsOf(topic), state: states.get(topic) ?? 'of no contract' });
  }
  return rows;
}

function stateOf(outcome: TopicOutcome): string {
  if (outcome.outcome === 'created') return 'missing';
  return outcome.outcome === 'unchanged' ? 'as its contract says' : `differs: ${changesOf(outcome).join(', ')}`;
}

/** Lists the topics of Headroom, with those that are missing, and how each compares with its contract. */
export async function topicsListCommand(options: TopicsOptions): Promise<number> {
  tellOfTeams(options);
  const wanted = await wantedTopics(options.config);
  const rows = await withLog(options.bus, (log) => listed(log, wanted));
  if (options.json) printJson({ topics: rows });
  else for (const { topic, partitions, state } of rows) print(`${topic}  ${partitions} partitions  ${state}`);
  return EXIT.ok;
}
