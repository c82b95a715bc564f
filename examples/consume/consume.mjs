/**
 * Reads the proposals of one team and prints each as one line of JSON, a CloudEvent in structured form.
 *
 *   node --disable-warning=TimeoutNegativeWarning consume.mjs --team checkout --brokers localhost:9092
 *     [--group checkout-proposals]  consumer group; default <team>-proposals
 *     [--common]                    read the common topics and keep what is for the team, by the header ce_team
 *     [--max 10]                    end after so many proposals; default: until stopped
 *
 * A new group starts at the oldest proposal. Delivery is at least once: an event that was handled and not yet committed comes
 * again, under the same id.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';

const { values: options } = parseArgs({
  options: {
    team: { type: 'string' },
    brokers: { type: 'string' },
    group: { type: 'string' },
    common: { type: 'boolean', default: false },
    max: { type: 'string', default: 'Infinity' },
  },
});
if (!options.team || !options.brokers || !(Number(options.max) > 0)) {
  process.stderr.write(
    'usage: node consume.mjs --team <team> --brokers <host:port,...> [--group <id>] [--common] [--max <n>]\n',
  );
  process.exit(2);
}
const { team } = options;
const topics = options.common
  ? ['headroom.proposal.opened.v1', 'headroom.proposal.settled.v1']
  : [`headroom.proposals.${team}.v1`];

/** Header names are compared without regard to case; values are UTF-8. */
function attributesOf(headers = {}) {
  const texts = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const own = texts.filter(([name]) => name.startsWith('ce_')).map(([name, text]) => [name.slice('ce_'.length), text]);
  return Object.fromEntries(own);
}

// A real subscriber keeps the ids that it has handled where it keeps its results.
const handled = new Set();

function handle({ headers, value }) {
  const event = { ...attributesOf(headers), datacontenttype: 'application/json' };
  if (event.team !== team || handled.has(event.id)) return;
  process.stdout.write(`${JSON.stringify({ ...event, data: JSON.parse(value.toString()) })}\n`);
  handled.add(event.id);
  if (handled.size >= Number(options.max)) enough.abort();
}

const enough = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => enough.abort());

const kafka = new Kafka({
  clientId: 'proposals-example',
  brokers: options.brokers.split(','),
  logLevel: logLevel.ERROR,
  retry: { retries: 8 },
});
const consumer = kafka.consumer({ groupId: options.group ?? `${team}-proposals` });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    if (enough.signal.aborted) return;
    handle(message);
    // Only after it was handled: what is committed never comes again.
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
  },
});
if (!enough.signal.aborted) await once(enough.signal, 'abort');
await consumer.disconnect();
