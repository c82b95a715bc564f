import { z } from 'zod';
import type { EventContract } from './contract.js';
import { envelopeSchema, traceparentSchema } from './envelope.js';
import { eventNameOf, exampleEvent } from './reference.example.js';
import { contracts } from './registry.js';
import { teamContract } from './teams.js';
import { groupsOf, type TopicSpec } from './topics.js';

type Json = Record<string, unknown>;

const BINDING_VERSION = '0.5.0';
const STRUCTURED_MEDIA_TYPE = 'application/cloudevents+json';
const TEAM_PARAMETER = 'team';

/** AsyncAPI tools all read draft 7; what is accepted, not what comes out of validation. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return rest;
}

const ref = (...path: string[]): Json => ({ $ref: `#/${path.join('/')}` });
const text = (description: string, more: Json = {}): Json => ({ type: 'string', description, ...more });

/** Headers of CloudEvents binary mode on Kafka; all values are UTF-8 text. */
function headersSchema(): Json {
  return {
    type: 'object',
    required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type'],
    properties: {
      'content-type': text('Media type of the value.', { pattern: '^application/([a-z0-9.+-]*\\+)?json' }),
      ce_specversion: text('CloudEvents version.', { const: '1.0' }),
      ce_id: text('Unique together with the source; the same id twice is the same event.', { minLength: 1 }),
      ce_source: text('Who published it, a URI reference.', { minLength: 1 }),
      ce_type: text('Event type.'),
      ce_time: text('When it happened, RFC 3339.', { format: 'date-time' }),
      ce_subject: text('What it is about.'),
      ce_dataschema: text('Schema of the data, a URI.'),
      ce_correlationid: text('Id of the event that began the flow.'),
      ce_causationid: text('Id of the event that led to this one.'),
      ce_partitionkey: text('The ordering key that the publisher asks for.'),
      ce_team: text('The team that owns the service of a proposal.'),
      traceparent: { ...schemaOf(traceparentSchema), description: 'W3C Trace Context.' },
      tracestate: text('W3C Trace Context.', { maxLength: 512 }),
    },
  };
}

function exampleHeaders({ data: _data, datacontenttype, ...attributes }: Json): Json {
  const prefixed = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]);
  return { 'content-type': datacontenttype, ...(Object.fromEntries(prefixed) as Json) };
}

const KEYS: Readonly<Record<EventContract['keyedBy'], string>> = {
  service: 'Name of the service: data.service.',
  case: 'Case id: data.case.caseId.',
  opportunity: 'Id of the opportunity: data.id.',
};

function kafkaKey(contract: EventContract): Json {
  return { kafka: { key: text(KEYS[contract.keyedBy]), bindingVersion: BINDING_VERSION } };
}

function binaryMessage(contract: EventContract): Json {
  const event = exampleEvent(contract);
  return {
    name: contract.type,
    title: contract.name,
    summary: contract.summary,
    contentType: 'application/json',
    headers: {
      allOf: [
        ref('components', 'schemas', 'headers'),
        { type: 'object', properties: { ce_type: { const: contract.type } } },
      ],
    },
    payload: ref('components', 'schemas', eventNameOf(contract)),
    correlationId: ref('components', 'correlationIds', 'flow'),
    bindings: kafkaKey(contract),
    examples: [{ name: contract.name, headers: exampleHeaders(event), payload: event['data'] }],
  };
}

function structuredMessage(contract: EventContract): Json {
  const type = { type: 'object', required: ['data'], properties: { type: { const: contract.type } } };
  return {
    name: contract.type,
    title: `${contract.name}, structured`,
    summary: 'The same event with its attributes in the value: CloudEvents structured mode.',
    contentType: STRUCTURED_MEDIA_TYPE,
    headers: {
      type: 'object',
      required: ['content-type'],
      properties: { 'content-type': text('Media type of the value.', { pattern: `^application/cloudevents\\+json` }) },
    },
    payload: {
      allOf: [
        ref('components', 'schemas', 'envelope'),
        { ...type, properties: { ...type.properties, data: ref('components', 'schemas', eventNameOf(contract)) } },
      ],
    },
    bindings: kafkaKey(contract),
    examples: [
      {
        name: contract.name,
        headers: { 'content-type': STRUCTURED_MEDIA_TYPE },
        payload: exampleEvent(contract),
      },
    ],
  };
}

/** Names of the messages of a contract's topic. Outsiders may write both modes, Headroom writes binary mode. */
function messageNames(contract: EventContract): string[] {
  const name = eventNameOf(contract);
  return contract.audience === 'outsiders' ? [name, `${name}.structured`] : [name];
}

function kafkaTopic(spec: Omit<TopicSpec, 'name'>): Json {
  return {
    kafka: {
      partitions: spec.partitions,
      topicConfiguration: {
        'cleanup.policy': [spec.cleanupPolicy],
        'retention.ms': spec.retentionMs,
        'max.message.bytes': spec.maxMessageBytes,
      },
      bindingVersion: BINDING_VERSION,
    },
  };
}

function channelOf(contract: EventContract): Json {
  return {
    address: contract.topic,
    title: contract.name,
    description: `${contract.summary} From ${contract.producer} to ${contract.consumers.join(', ')}.`,
    messages: Object.fromEntries(messageNames(contract).map((name) => [name, ref('components', 'messages', name)])),
    bindings: kafkaTopic(contract),
  };
}

const TEAM_CHANNEL = 'proposals.team.v1';

function forTeams(): EventContract[] {
  return contracts.filter((contract) => contract.consumers.includes('teams'));
}

function teamChannel(): Json {
  const written = forTeams();
  const [first] = written;
  if (!first) return {};
  const { topic, ...spec } = teamContract(first, TEAM_PARAMETER);
  return {
    [TEAM_CHANNEL]: {
      address: topic.replace(`.${TEAM_PARAMETER}.`, `.{${TEAM_PARAMETER}}.`),
      title: 'proposals of a team',
      description: 'The events of the common topics whose ce_team is the team: the same id, headers and value.',
      messages: Object.fromEntries(
        written.map((contract) => [eventNameOf(contract), ref('components', 'messages', eventNameOf(contract))]),
      ),
      parameters: {
        [TEAM_PARAMETER]: { description: 'A team that the configuration names.', examples: ['checkout'] },
      },
      bindings: kafkaTopic(spec),
    },
  };
}

function operation(action: 'send' | 'receive', channel: string, messages: readonly string[], more: Json): Json {
  return {
    action,
    channel: ref('channels', channel),
    messages: messages.map((message) => ref('channels', channel, 'messages', message)),
    ...more,
  };
}

function operationsOf(contract: EventContract): [string, Json][] {
  const channel = eventNameOf(contract);
  const outsiders = contract.audience === 'outsiders';
  const sender = outsiders ? 'gateway' : contract.producer;
  const summary = outsiders ? 'Publishes what it takes over HTTP; monitors may also write to the topic.' : undefined;
  const sent = operation('send', channel, [channel], { title: sender, ...(summary && { summary }) });
  const received = groupsOf(contract).map((group): [string, Json] => {
    const kafka = { groupId: { type: 'string', const: group }, bindingVersion: BINDING_VERSION };
    return [
      `${channel}.received-by.${group}`,
      operation('receive', channel, messageNames(contract), { title: group, bindings: { kafka } }),
    ];
  });
  return [[`${channel}.sent-by.${sender}`, sent], ...received];
}

function components(): Json {
  const messages = contracts.flatMap((contract): [string, Json][] => [
    [eventNameOf(contract), binaryMessage(contract)],
    ...(contract.audience === 'outsiders'
      ? [[`${eventNameOf(contract)}.structured`, structuredMessage(contract)] as [string, Json]]
      : []),
  ]);
  return {
    schemas: {
      headers: headersSchema(),
      envelope: schemaOf(envelopeSchema),
      ...Object.fromEntries(contracts.map((contract) => [eventNameOf(contract), schemaOf(contract.schema)])),
    },
    messages: Object.fromEntries(messages),
    correlationIds: {
      flow: {
        description: 'The event that began the flow; absent on that event itself.',
        location: '$message.header#/ce_correlationid',
      },
    },
  };
}

/** The AsyncAPI 3.0 document of Headroom's topics: a channel a topic, what Headroom sends and receives, bindings, headers. */
export function asyncApiDocument(): Json {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Headroom',
      version: '1.0.0',
      description:
        'Topics of Headroom on Apache Kafka. "send" and "receive" are meant from Headroom\'s side. Records are CloudEvents 1.0 in binary mode; what outsiders write may also be in structured mode. Fields that a schema does not know are ignored. Each consumer group has a topic for what it could not handle, <topic>.<group>.dlq, and one by which that comes back, <topic>.<group>.redrive; they are not part of this document.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      ...Object.fromEntries(contracts.map((contract) => [eventNameOf(contract), channelOf(contract)])),
      ...teamChannel(),
    },
    operations: {
      ...Object.fromEntries(contracts.flatMap(operationsOf)),
      [`${TEAM_CHANNEL}.sent-by.pr-writer`]: operation('send', TEAM_CHANNEL, forTeams().map(eventNameOf), {
        title: 'pr-writer',
      }),
    },
    components: components(),
  };
}
