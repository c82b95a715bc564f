import { HeadroomError } from '@headroom/contracts';
import { openTopics, planTopics, type ExistingTopic, type TopicAdmin, type TopicStep } from '@headroom/runtime';
import { EXIT, notice, print, printJson } from '../output.js';
import { checkedBus } from '../run/run.settings.js';
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

async function withTopics<Result>(
  bus: string | undefined,
  run: (topics: TopicAdmin) => Promise<Result>,
): Promise<Result> {
  if (!bus) {
    throw new HeadroomError('Name the log: --bus kafka://host:9092 (HEADROOM_BUS).', { code: 'HEADROOM_USAGE' });
  }
  const { topics, close } = await openTopics(checkedBus(bus));
  try {
    return await run(topics);
  } finally {
    await close();
  }
}

/** What a step does, without its topic. */
function deeds(step: TopicStep): string[] {
  if (step.action === 'keep') return [];
  if (step.action === 'create') {
    const { partitions, cleanupPolicy } = step.spec;
    return [`${partitions} partitions, ${cleanupPolicy}`];
  }
  const { partitions, settings } = step;
  return [
    ...(partitions ? [`partitions ${partitions.from} → ${partitions.to}`] : []),
    ...settings.map(({ setting, from, to }) => `${setting} ${from ?? '(none)'} → ${to}`),
  ];
}

const DONE = { create: 'created', change: 'changed', keep: 'as wanted' } as const;
const PLANNED = { create: 'to create', change: 'to change', keep: 'as wanted' } as const;

/** Makes and changes topics until each is as its contract says. Nothing is removed, no topic shrinks. */
export async function topicsApplyCommand(options: TopicsOptions): Promise<number> {
  tellOfTeams(options);
  const wanted = await wantedTopics(options.config);
  const steps = await withTopics(options.bus, async (topics) => {
    const planned = await topics.plan(wanted);
    if (!options.dryRun) await topics.apply(planned);
    return planned;
  });
  const words = options.dryRun ? PLANNED : DONE;
  if (options.json) {
    printJson({
      dryRun: options.dryRun ?? false,
      topics: steps.map((step) => ({ topic: step.topic, action: step.action, changes: deeds(step) })),
    });
    return EXIT.ok;
  }
  for (const step of steps) print(`${words[step.action].padEnd(10)} ${[step.topic, ...deeds(step)].join('  ')}`);
  const count = (action: TopicStep['action']): string =>
    `${steps.filter((step) => step.action === action).length} ${words[action]}`;
  notice([count('create'), count('change'), count('keep')].join(', '));
  return EXIT.ok;
}

const SHOWN = ['cleanup.policy', 'retention.ms', 'max.message.bytes'] as const;

/** How a topic compares with its contract. */
function stateOf(step: TopicStep | undefined): string {
  if (!step) return 'of no contract';
  if (step.action === 'create') return 'missing';
  return step.action === 'keep' ? 'as wanted' : `differs: ${deeds(step).join(', ')}`;
}

/** Lists the topics of the cluster that are Headroom's, and those that are missing. */
export async function topicsListCommand(options: TopicsOptions): Promise<number> {
  tellOfTeams(options);
  const wanted = await wantedTopics(options.config);
  const existing = await withTopics(options.bus, (topics) => topics.existing());
  const steps = new Map(planTopics(wanted, existing).map((step) => [step.topic, step]));
  const ours = existing.filter(({ name }) => steps.has(name) || name.startsWith('headroom.'));
  const missing = [...steps.values()].filter(({ action }) => action === 'create');
  const rows = [
    ...ours.map((topic) => ({ topic: topic.name, ...factsOf(topic), state: stateOf(steps.get(topic.name)) })),
    ...missing.map((step) => ({ topic: step.topic, partitions: 0, settings: {}, state: stateOf(step) })),
  ];
  if (options.json) printJson({ topics: rows });
  else for (const { topic, partitions, state } of rows) print(`${topic}  ${partitions} partitions  ${state}`);
  return EXIT.ok;
}

function factsOf({ partitions, settings }: ExistingTopic): {
  partitions: number;
  settings: Record<string, string | undefined>;
} {
  return { partitions, settings: Object.fromEntries(SHOWN.map((name) => [name, settings[name]])) };
}
