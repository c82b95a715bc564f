import { describe, expect, it } from '@jest/globals';
import { contracts, exampleEvent, type EventContract, type HeadroomEvent } from '@headroom/contracts';
import { CloudEvent, Kafka, type KafkaEvent, type KafkaMessage } from 'cloudevents';
import { encodeEvent, eventOf, type LogRecord, type OutRecord, type RecordHeader } from '../index.js';

const table = contracts.map((contract) => [contract.topic, contract as unknown as EventContract] as const);

/** Every attribute that an event of ours may have, in the form that the SDK gives a time. */
function eventFor(contract: EventContract): HeadroomEvent {
  return {
    ...exampleEvent(contract),
    time: '2026-11-02T10:05:01.000Z',
    subject: 'sub/ject ü',
    dataschema: 'https://schemas.example/v1.json',
    correlationid: 'correlation-1',
    causationid: 'causation-1',
    partitionkey: 'the-key',
    region: 'eu',
  } as unknown as HeadroomEvent;
}

function sdkEvent(event: HeadroomEvent): KafkaEvent<unknown> {
  return new CloudEvent(event as unknown as Record<string, unknown>) as unknown as KafkaEvent<unknown>;
}

/** A record as the SDK wants to read one: its parser takes headers as text. */
function toSdk({ value, headers }: OutRecord, key: string): KafkaMessage {
  const text = Object.fromEntries(headers.map(([name, bytes]) => [name, String(bytes)]));
  return {
    key,
    value: String(value),
    headers: text,
    body: String(value),
    timestamp: undefined,
  } as unknown as KafkaMessage;
}

/** What a careful publisher makes of a message of the SDK: no undefined headers, bytes for the value. */
function fromSdk(message: KafkaMessage, contract: EventContract): LogRecord {
  const headers = Object.entries(message.headers as Record<string, string | undefined>).flatMap(
    ([name, value]): RecordHeader[] => (value === undefined ? [] : [[name, Buffer.from(value)]]),
  );
  const text = typeof message.value === 'string' ? message.value : JSON.stringify(message.value);
  const place = { topic: contract.topic, partition: 0, offset: 0n, timestampMs: 0 };
  return { ...place, key: null, value: Buffer.from(text), headers };
}

describe.each(table)('an event on %s and the CloudEvents SDK', (_topic, contract) => {
  const event = eventFor(contract);

  it('reads alike when Headroom has written it', () => {
    const read = Kafka.toEvent(toSdk(encodeEvent(contract, event), 'the-key')) as CloudEvent;

    expect(read.validate()).toBe(true);
    expect(read.toJSON()).toEqual(event);
  });

  it.each(['binary', 'structured'] as const)('reads alike when the SDK has written it in %s mode', (mode) => {
    const message = Kafka[mode](sdkEvent(event)) as KafkaMessage;

    expect(eventOf(fromSdk(message, contract), contract)).toEqual(event);
  });
});

describe('where the codec and the CloudEvents SDK differ', () => {
  const contract = contracts[0] as unknown as EventContract;

  it('a structured event without a time is one', () => {
    const { time: _time, ...timeless } = eventFor(contract);
    const value = JSON.stringify(timeless);
    const headers: RecordHeader[] = [['content-type', Buffer.from('application/cloudevents+json; charset=utf-8')]];
    const record = { topic: contract.topic, partition: 0, offset: 0n, timestampMs: 0, key: null, headers };

    expect(() => Kafka.toEvent(toSdk({ ...record, value: Buffer.from(value) }, 'key'))).toThrow(RangeError);

    expect(eventOf({ ...record, value: Buffer.from(value) }, contract)).toEqual(timeless);
  });

  it('an event without a type is refused', () => {
    const { type: _type, ...typeless } = eventFor(contract);
    const message = Kafka.structured(new CloudEvent(typeless, false) as unknown as KafkaEvent<unknown>) as KafkaMessage;

    expect(() => Kafka.toEvent(message)).not.toThrow();

    expect(() => eventOf(fromSdk(message, contract), contract)).toThrow('$.type');
  });

  it('the trace context travels under its own name, and is read under the name of the SDK as well', () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
    const traced = { ...eventFor(contract), traceparent };

    const names = encodeEvent(contract, traced).headers.map(([name]) => name);
    const message = Kafka.binary(sdkEvent(traced)) as KafkaMessage;

    expect(names).toContain('traceparent');
    expect(Object.keys(message.headers as object)).toContain('ce_traceparent');
    expect(eventOf(fromSdk(message, contract), contract)).toMatchObject({ traceparent });
  });
});
