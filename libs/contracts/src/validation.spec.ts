import { describe, expect, it } from '@jest/globals';
import {
  changeDeployed,
  EventRefusedError,
  exampleEvent,
  measurementRecorded,
  parseEvent,
  profileRecorded,
} from './index.js';
import type { EventContract } from './index.js';

function refusal(value: unknown): EventRefusedError {
  try {
    parseEvent(value);
  } catch (error) {
    if (error instanceof EventRefusedError) return error;
    throw error;
  }
  throw new Error('the event was accepted');
}

function broken(contract: EventContract<never>, change: Record<string, unknown>): Record<string, unknown> {
  const event = exampleEvent(contract as unknown as EventContract);
  return { ...event, data: { ...(event['data'] as object), ...change } };
}

describe('parseEvent', () => {
  it.each([
    ['no object', 42, '$', ''],
    ['a missing id', { ...exampleEvent(changeDeployed as unknown as EventContract), id: undefined }, '$.id', ''],
    [
      'another CloudEvents version',
      { ...exampleEvent(changeDeployed as unknown as EventContract), specversion: '0.3' },
      '$.specversion',
      '',
    ],
    [
      'an attribute name with capitals',
      { ...exampleEvent(changeDeployed as unknown as EventContract), correlationId: 'x' },
      '$.correlationId',
      'lower-case',
    ],
    [
      'a column of another length',
      broken(measurementRecorded as never, { quality: { units: [1, 2] } }),
      '$.data.quality.units',
      '2 entries for 1 windows',
    ],
    [
      'a window that ends before it starts',
      broken(profileRecorded as never, { endedAt: '2026-11-02T09:00:00Z' }),
      '$.data.endedAt',
      'later',
    ],
    [
      'a code deployment without a commit',
      broken(changeDeployed as never, { commit: undefined }),
      '$.data.commit',
      'required',
    ],
    ['no work at all', broken(profileRecorded as never, { units: 0 }), '$.data.units', ''],
    [
      'a traceparent of zeros',
      {
        ...exampleEvent(changeDeployed as unknown as EventContract),
        traceparent: `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
      },
      '$.traceparent',
      'traceparent',
    ],
  ])('refuses %s with its JSON path', (_, value, path, reason) => {
    const error = refusal(value);

    expect(error.code).toBe('HEADROOM_EVENT_INVALID');
    expect(error.issues.map((issue) => issue.path)).toContain(path);
    expect(error.message).toContain(reason);
  });

  it('refuses an unknown type and names the known ones', () => {
    const error = refusal({ specversion: '1.0', id: '1', source: '/x', type: 'dev.headroom.nothing.v1', data: {} });

    expect(error.code).toBe('HEADROOM_EVENT_UNKNOWN_TYPE');
    expect(error.message).toContain('dev.headroom.profile.recorded.v1');
  });

  it('accepts an event without time, with an extension and with a field it does not know', () => {
    const example = broken(changeDeployed as never, { rollout: 'later field' });
    delete example['time'];

    const { event } = parseEvent({ ...example, region: 'eu' });

    expect(event).toMatchObject({ region: 'eu' });
    expect(event.data).not.toHaveProperty('rollout');
  });
});
