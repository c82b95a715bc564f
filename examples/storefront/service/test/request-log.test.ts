import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logRequests } from '../src/request-log.ts';
import { recordsOf } from './support/records.ts';

test('a request leaves a record with its path and status, without its query', () => {
  const app = logRequests(() => ({ status: 418, body: 'teapot' }));

  const [record] = recordsOf(() => assert.equal(app({ method: 'GET', url: '/pots?q=tea' }).body, 'teapot'));

  assert.ok(record);
  assert.equal(record.level, 'info');
  assert.equal(record.message, 'request handled');
  assert.equal(record['path'], '/pots');
  assert.equal(record['status'], 418);
});
