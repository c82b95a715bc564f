import specs from '@asyncapi/specs';
import { describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { asyncApiDocument, contracts, groupsOf, proposalsTopicOf, topicManifest } from './index.js';

type Json = Record<string, unknown>;
type Document = {
  channels: Record<string, { address: string; messages: Json; bindings: { kafka: Json } }>;
  operations: Record<string, { action: string; channel: Json; messages: Json[]; bindings?: { kafka: Json } }>;
  components: {
    schemas: Record<string, Json>;
    messages: Record<string, { headers: Json; payload: Json; examples: { headers: Json; payload: Json }[] }>;
  };
};

const definition = specs.schemas['3.0.0'] as Json;
const document = (): Document => structuredClone(asyncApiDocument()) as unknown as Document;

function ajv(): Ajv {
  const made = new Ajv({ strict: false, meta: false, validateSchema: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(made);
  return made;
}

const isAsyncApi: ValidateFunction = ajv().compile(definition);

/** Every `$ref` of a document whose target is not there. */
function danglingRefs(root: unknown): string[] {
  const target = (pointer: string): unknown =>
    pointer
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((current, part) => (current as Json | undefined)?.[part], root);
  const walk = (value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, inner]) => {
      if (name !== '$ref') return walk(inner);
      const found = typeof inner === 'string' && inner.startsWith('#/') && target(inner) !== undefined;
      return found ? [] : [String(inner)];
    });
  };
  return walk(root);
}

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3.0, its Kafka bindings included', () => {
    isAsyncApi(document());

    expect(isAsyncApi.errors ?? []).toEqual([]);
  });

  it('has no dangling reference', () => {
    expect(danglingRefs(document())).toEqual([]);
    expect(JSON.stringify(document()).match(/"\$ref"/g)?.length).toBeGreaterThan(100);
  });

  it.each<[string, (broken: Document) => void]>([
    ['no title', (broken) => delete (broken as unknown as { info: Json }).info['title']],
    ['the action of another version', (broken) => (Object.values(broken.operations)[0]!.action = 'publish')],
    ['a topic without partitions', (broken) => (Object.values(broken.channels)[0]!.bindings.kafka['partitions'] = 0)],
    ['an unknown binding field', (broken) => (Object.values(broken.channels)[0]!.bindings.kafka['shards'] = 3)],
    [
      'a clean-up policy that is none',
      (broken) =>
        (Object.values(broken.channels)[0]!.bindings.kafka['topicConfiguration'] = { 'cleanup.policy': ['never'] }),
    ],
    [
      'an operation of no channel',
      (broken) => delete (Object.values(broken.operations)[0] as Partial<Json>)['channel'],
    ],
    ['a message field that is none', (broken) => ((Object.values(broken.components.messages)[0] as Json)['body'] = {})],
  ])('would be refused with %s', (_, breakIt) => {
    const broken = document();
    breakIt(broken);

    expect(isAsyncApi(broken)).toBe(false);
  });

  it('would show a reference that leads nowhere', () => {
    const broken = document();
    delete broken.components.schemas['headers'];

    expect(danglingRefs(broken)).toContain('#/components/schemas/headers');
  });

  it('has a channel for each topic, made as the manifest makes it', () => {
    const { channels } = document();
    const byTopic = new Map(Object.values(channels).map((channel) => [channel.address, channel]));

    for (const contract of contracts) {
      const entry = topicManifest().find((topic) => topic.name === contract.topic);
      const { kafka } = byTopic.get(contract.topic)!.bindings;

      expect(kafka['partitions']).toBe(entry?.partitions);
      expect(
        Object.fromEntries(
          Object.entries(kafka['topicConfiguration'] as Json).map(([key, value]) => [key, String(value)]),
        ),
      ).toEqual(entry?.config);
    }
    expect(byTopic.has(proposalsTopicOf('x').replace('.x.', '.{team}.'))).toBe(true);
    expect(byTopic.size).toBe(contracts.length + 1);
  });

  it('says who sends to a topic and which group receives from it', () => {
    const operations = Object.values(document().operations);

    for (const contract of contracts) {
      const channel = `#/channels/${contract.name}.v${contract.version}`;
      const own = operations.filter((operation) => operation.channel['$ref'] === channel);
      const groups = own.filter(({ action }) => action === 'receive').map(({ bindings }) => bindings?.kafka['groupId']);

      expect(own.filter(({ action }) => action === 'send')).toHaveLength(1);
      expect(groups).toEqual(groupsOf(contract).map((group) => ({ type: 'string', const: group })));
    }
  });

  it('has examples that its own schemas accept', () => {
    const checker = ajv();
    checker.addSchema(document() as unknown as Json, 'asyncapi');

    for (const [name, message] of Object.entries(document().components.messages)) {
      for (const part of ['headers', 'payload'] as const) {
        const validate = checker.compile({ $ref: `asyncapi#/components/messages/${name}/${part}` });
        validate(message.examples[0]![part]);

        expect([name, part, validate.errors ?? []]).toEqual([name, part, []]);
      }
      expect(checker.compile({ $ref: `asyncapi#/components/messages/${name}/payload` })({})).toBe(false);
    }
  });
});
