import { describe, expect, it } from '@jest/globals';
import { EventRefusedError, HeadroomError } from '@headroom/contracts';
import { backoffMs, classifyError, DeliveryAborted } from '../index.js';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const headroom = (retryable: boolean, cause?: unknown) =>
  new HeadroomError('x', { code: 'HEADROOM_TEST', retryable, cause });
const away = (code: `HEADROOM_${string}`) => new HeadroomError('x', { code, retryable: true });
const http = (status: number, headers?: unknown) => Object.assign(new Error('http'), { status, headers });
const system = (code: string) => Object.assign(new Error(code), { code });

describe('classifyError', () => {
  it.each([
    ['a refused event', new EventRefusedError('HEADROOM_EVENT_INVALID', []), { kind: 'permanent' }],
    ['an error that may not be retried', headroom(false), { kind: 'permanent' }],
    ['an error that may be retried', headroom(true), { kind: 'transient' }],
    [
      'an error that may not be retried, whatever caused it',
      headroom(false, system('ECONNRESET')),
      { kind: 'permanent' },
    ],
    ['status 400', http(400), { kind: 'permanent' }],
    ['status 404', http(404), { kind: 'permanent' }],
    ['status 408', http(408), { kind: 'transient' }],
    ['status 409', http(409), { kind: 'transient' }],
    ['status 425', http(425), { kind: 'transient' }],
    ['status 500', http(500), { kind: 'transient' }],
    ['status 503', http(503), { kind: 'transient' }],
    ['status 503 with retry-after', http(503, { 'Retry-After': '3' }), { kind: 'rate-limit', retryAfterMs: 3_000 }],
    ['status 429 with seconds', http(429, { 'retry-after': '2' }), { kind: 'rate-limit', retryAfterMs: 2_000 }],
    [
      'status 429 with milliseconds',
      http(429, new Headers({ 'retry-after-ms': '70' })),
      { kind: 'rate-limit', retryAfterMs: 70 },
    ],
    [
      'status 429 with a date',
      http(429, { 'retry-after': 'Mon, 02 Nov 2026 10:00:05 GMT' }),
      { kind: 'rate-limit', retryAfterMs: 5_000 },
    ],
    ['status 429 alone', http(429), { kind: 'rate-limit', retryAfterMs: undefined }],
    ['an overloaded model', http(529), { kind: 'rate-limit', retryAfterMs: undefined }],
    ["a framework's exception", Object.assign(new Error('x'), { getStatus: () => 400 }), { kind: 'permanent' }],
    ['a refused connection', system('ECONNREFUSED'), { kind: 'transient' }],
    [
      'fetch, with its reason below',
      new TypeError('fetch failed', { cause: system('ECONNRESET') }),
      { kind: 'transient' },
    ],
    ['a time-out', new DOMException('late', 'TimeoutError'), { kind: 'transient' }],
    ['a schema error', Object.assign(new Error('x'), { name: 'ZodError', issues: [] }), { kind: 'permanent' }],
    ['a revoked delivery', new DeliveryAborted('revoked'), { kind: 'aborted' }],
    ['a shutdown', new DeliveryAborted('shutdown'), { kind: 'aborted' }],
    ['a lost lease, wrapped', new Error('x', { cause: new DeliveryAborted('lease-lost') }), { kind: 'aborted' }],
    ['a deadline', new DeliveryAborted('deadline'), { kind: 'transient' }],
    ['a log that is away', away('HEADROOM_LOG_AWAY'), { kind: 'dependency' }],
    ['a log that does not acknowledge', away('HEADROOM_LOG_NOT_ACKNOWLEDGED'), { kind: 'dependency' }],
    ['a store that is away, wrapped', new Error('x', { cause: away('HEADROOM_STORE_AWAY') }), { kind: 'dependency' }],
    ['a store that drops keys', away('HEADROOM_STORE_EVICTS'), { kind: 'dependency' }],
    ['any other error', new TypeError('x is not a function'), { kind: 'unknown' }],
    ['a missing file', system('ENOENT'), { kind: 'unknown' }],
    ['a string', 'no', { kind: 'unknown' }],
    ['nothing', undefined, { kind: 'unknown' }],
  ])('knows %s', (_, error, expected) => {
    expect(classifyError(error, NOW)).toEqual(expected);
  });
});

describe('backoffMs', () => {
  it('doubles from the first to the largest, with at most half of it drawn', () => {
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 200, 5_000, () => 1))).toEqual([200, 400, 800, 5_000]);
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 200, 5_000, () => 0))).toEqual([100, 200, 400, 2_500]);
  });
});
