import type { z } from 'zod';
import { TYPE_PREFIX } from './envelope.js';

/** Who writes events of a type. Outsiders' events are frozen from the first release; case events may gain fields. */
export type Audience = 'outsiders' | 'headroom';

/** Everything that is known about one event type, said once. */
export interface EventContract<Data = unknown> {
  /** Short name: `<entity>.<past-tense>`. */
  readonly name: string;
  /** CloudEvents `type`. */
  readonly type: string;
  /** Topic, `headroom.<entity>.<past-tense>.v<major>`. */
  readonly topic: string;
  readonly version: number;
  readonly audience: Audience;
  /** One paragraph for the reference. */
  readonly summary: string;
  readonly producer: string;
  readonly consumers: readonly string[];
  readonly schema: z.ZodType<Data>;
  /** Name of the ordering domain that `key` returns. */
  readonly keyedBy: 'service' | 'case' | 'opportunity';
  /** The record key: the ordering domain of the event. */
  readonly key: (data: Data) => string;
  readonly partitions: number;
  /** Milliseconds a record is kept; -1 keeps it for good (compacted topics). */
  readonly retentionMs: number;
  readonly cleanupPolicy: 'delete' | 'compact';
  /** Largest record the topic takes, bytes. */
  readonly maxMessageBytes: number;
  readonly example: Data;
}

const DAY_MS = 86_400_000;

/** Telemetry topics have the same number of partitions, so that all that is known of a service meets in one place. */
export const TELEMETRY_PARTITIONS = 12;
const CASE_PARTITIONS = 12;
const TELEMETRY_MAX_BYTES = 2_097_152;
const CASE_MAX_BYTES = 1_048_576;

type Given<Data> = Pick<EventContract<Data>, 'name' | 'summary' | 'producer' | 'consumers' | 'schema' | 'example'>;

function named(name: string, version: number): Pick<EventContract, 'name' | 'topic' | 'type' | 'version'> {
  const topic = `headroom.${name}.v${version}`;
  return { name, topic, type: `${TYPE_PREFIX}${topic}`, version };
}

/** Defines an event about a service, written by outsiders: monitors, profilers, deployment tools, people. */
export function telemetryEvent<Data extends { service: string }>(given: Given<Data>): EventContract<Data> {
  return {
    ...given,
    ...named(given.name, 1),
    audience: 'outsiders',
    keyedBy: 'service',
    key: (data) => data.service,
    partitions: TELEMETRY_PARTITIONS,
    retentionMs: 30 * DAY_MS,
    cleanupPolicy: 'delete',
    maxMessageBytes: TELEMETRY_MAX_BYTES,
  };
}

/** Defines an event about a case, written by a stage. */
export function caseEvent<Data extends { case: { caseId: string } }>(given: Given<Data>): EventContract<Data> {
  return {
    ...given,
    ...named(given.name, 1),
    audience: 'headroom',
    keyedBy: 'case',
    key: (data) => data.case.caseId,
    partitions: CASE_PARTITIONS,
    retentionMs: 90 * DAY_MS,
    cleanupPolicy: 'delete',
    maxMessageBytes: CASE_MAX_BYTES,
  };
}

/** Defines the latest state of a service, kept by compaction. */
export function serviceState<Data extends { service: string }>(given: Given<Data>): EventContract<Data> {
  return {
    ...given,
    ...named(given.name, 1),
    audience: 'headroom',
    keyedBy: 'service',
    key: (data) => data.service,
    partitions: TELEMETRY_PARTITIONS,
    retentionMs: -1,
    cleanupPolicy: 'compact',
    maxMessageBytes: CASE_MAX_BYTES,
  };
}

/** Defines the latest state of an opportunity, kept by compaction. */
export function opportunityStateEvent<Data extends { id: string }>(given: Given<Data>): EventContract<Data> {
  return {
    ...given,
    ...named(given.name, 1),
    audience: 'headroom',
    keyedBy: 'opportunity',
    key: (data) => data.id,
    partitions: TELEMETRY_PARTITIONS,
    retentionMs: -1,
    cleanupPolicy: 'compact',
    maxMessageBytes: CASE_MAX_BYTES,
  };
}
