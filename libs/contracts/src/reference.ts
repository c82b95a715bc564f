import { z } from 'zod';
import type { EventContract } from './contract.js';
import { asyncApiDocument } from './asyncapi.js';
import { envelopeSchema, attributeNamePattern } from './envelope.js';
import { eventNameOf, exampleEvent } from './reference.example.js';
import { contracts } from './registry.js';
import { allTopics } from './topics.js';

/** A topic as a deployment has to make it. */
export interface TopicEntry {
  name: string;
  partitions: number;
  /** Broker settings, as Kafka names them. */
  config: Record<string, string>;
}

/** Every topic, as a deployment makes it. */
export function topicManifest(): TopicEntry[] {
  return allTopics().map(({ name, partitions, cleanupPolicy, retentionMs, maxMessageBytes }) => ({
    name,
    partitions,
    config: {
      'cleanup.policy': cleanupPolicy,
      'retention.ms': String(retentionMs),
      'max.message.bytes': String(maxMessageBytes),
    },
  }));
}

/** JSON Schema (2020-12) of a whole event as it is accepted: envelope and data; unknown fields are allowed. */
export function jsonSchemaOf(contract: EventContract): Record<string, unknown> {
  const envelope = z.toJSONSchema(envelopeSchema, { io: 'input' }) as {
    properties: Record<string, unknown>;
    required?: string[];
  };
  const { $schema: _dialect, ...data } = z.toJSONSchema(contract.schema, { io: 'input' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:headroom:event:${eventNameOf(contract)}`,
    title: contract.type,
    description: contract.summary,
    ...envelope,
    propertyNames: { pattern: attributeNamePattern.source },
    properties: { ...envelope.properties, type: { const: contract.type }, data },
    required: ['specversion', 'id', 'source', 'type', 'data'],
    examples: [exampleEvent(contract)],
  };
}

function days(retentionMs: number): string {
  return retentionMs < 0 ? 'for good' : `${retentionMs / 86_400_000} days`;
}

function section(contract: EventContract): string {
  const audience =
    contract.audience === 'outsiders'
      ? 'Written by outsiders: frozen, new fields are optional.'
      : 'Written by Headroom: may gain fields.';
  return [
    `## ${contract.name}`,
    '',
    contract.summary,
    '',
    `- type \`${contract.type}\`, topic \`${contract.topic}\``,
    `- key: ${contract.keyedBy}; ${contract.partitions} partitions; kept ${days(contract.retentionMs)}${contract.cleanupPolicy === 'compact' ? ', compacted' : ''}; records up to ${contract.maxMessageBytes} bytes`,
    `- from ${contract.producer} to ${contract.consumers.join(', ')}`,
    `- ${audience}`,
    `- schema: [\`deploy/schemas/${eventNameOf(contract)}.json\`](../deploy/schemas/${eventNameOf(contract)}.json)`,
    '',
    '```json',
    JSON.stringify(exampleEvent(contract), null, 2),
    '```',
  ].join('\n');
}

/** The event reference, as Markdown. */
export function eventReference(): string {
  const rows = contracts.map(
    (contract) =>
      `| [${contract.name}](#${contract.name.replaceAll('.', '')}) | ${contract.keyedBy} | ${contract.producer} | ${contract.consumers.join(', ')} |`,
  );
  return [
    '# Events',
    '',
    'Generated from `libs/contracts` by `npm run generate`; change it there.',
    '',
    'Events are CloudEvents 1.0 with JSON data. Publish them as JSON lines with `npx headroom publish <file|->`, or with',
    '`POST /v1/events` at the gateway. A payload over 64 kB travels as a blob: `PUT /v1/blobs/<sha256>` first, then the event',
    'that names its hash. What does not conform is refused with the JSON path and the reason. Fields that a schema does not',
    'know are ignored. [Integrate](integrate.md) shows it with commands; [`asyncapi.json`](asyncapi.json) is the AsyncAPI 3',
    'document of the topics.',
    '',
    '| event | key | from | to |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...contracts.flatMap((contract) => [section(contract), '']),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** Every generated file: path from the workspace root → content. */
export function generatedFiles(): Map<string, string> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return new Map([
    ['docs/events.md', eventReference()],
    ['docs/asyncapi.json', json(asyncApiDocument())],
    ['deploy/topics.json', json({ topics: topicManifest() })],
    ...contracts.map(
      (contract) => [`deploy/schemas/${eventNameOf(contract)}.json`, json(jsonSchemaOf(contract))] as [string, string],
    ),
  ]);
}
