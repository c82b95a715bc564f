import { describe, expect, it } from '@jest/globals';
import { HeadroomError } from '@headroom/contracts';
import kafkajs from 'kafkajs';
import { logError } from './kafka.errors.js';

const { KafkaJSAggregateError, KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSProtocolError } = kafkajs;

/** An error of the broker, wrapped as the client wraps it after its last try. */
function refused(type: string): Error {
  const answer = new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable: false }));
  return Object.assign(new KafkaJSNonRetriableError(answer), { cause: answer });
}

describe('an error of the Kafka client', () => {
  it.each([
    ['MESSAGE_TOO_LARGE', 'HEADROOM_RECORD_TOO_LARGE', false],
    ['RECORD_LIST_TOO_LARGE', 'HEADROOM_RECORD_TOO_LARGE', false],
    ['UNKNOWN_TOPIC_OR_PARTITION', 'HEADROOM_TOPIC_UNKNOWN', false],
    ['TOPIC_AUTHORIZATION_FAILED', 'HEADROOM_LOG_REFUSED', false],
    ['GROUP_AUTHORIZATION_FAILED', 'HEADROOM_LOG_REFUSED', false],
    ['INVALID_RECORD', 'HEADROOM_LOG_REFUSED', false],
    ['NOT_ENOUGH_REPLICAS', 'HEADROOM_LOG_AWAY', true],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'HEADROOM_LOG_AWAY', true],
    ['COORDINATOR_NOT_AVAILABLE', 'HEADROOM_LOG_AWAY', true],
  ])('%s becomes %s', (type, code, retryable) => {
    expect(logError(refused(type), 'append records')).toMatchObject({ code, retryable });
  });

  it('is known also inside an aggregate of one answer for each topic', () => {
    const aggregate = new KafkaJSAggregateError('topics', [refused('POLICY_VIOLATION') as never]);

    expect(logError(aggregate, 'make topics')).toMatchObject({ code: 'HEADROOM_LOG_REFUSED', retryable: false });
  });

  it('that no broker has answered is retryable, and keeps its cause', () => {
    const cause = new KafkaJSConnectionError('connect ECONNREFUSED');

    expect(logError(cause, 'answer')).toMatchObject({ code: 'HEADROOM_LOG_AWAY', retryable: true, cause });
  });

  it('that is one of ours stays as it is', () => {
    const ours = new HeadroomError('full', { code: 'HEADROOM_SUITE_FULL' });

    expect(logError(ours, 'answer')).toBe(ours);
  });
});
