import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Logger } from '../src/logger.ts';
import { recordsOf } from './support/records.ts';

test('a record is one JSON object with time, level, component and message', () => {
  const [record] = recordsOf(() => new Logger('shop', 'info').info('opened', { doors: 2 }));

  assert.ok(record);
  assert.equal(new Date(record.time).toISOString(), record.time);
  assert.deepEqual(
    { ...record, time: '' },
    { time: '', level: 'info', component: 'shop', message: 'opened', doors: 2 },
  );
});

test('records below the level are left out', () => {
  const records = recordsOf(() => {
    const log = new Logger('shop', 'warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
  });

  assert.deepEqual(
    records.map(({ level, message }) => [level, message]),
    [
      ['warn', 'c'],
      ['error', 'd'],
    ],
  );
});

test('personal data and secrets are hidden at every depth', () => {
  const customer = { id: 7, email: 'someone@mail.example', cards: [{ card: '4111', expires: '2027-01' }] };

  const [record] = recordsOf(() => new Logger('shop', 'info').info('sold', { customer }));

  assert.deepEqual(record?.['customer'], {
    id: 7,
    email: '[hidden]',
    cards: [{ card: '[hidden]', expires: '2027-01' }],
  });
});

test('a child logger keeps level and fields of its parent', () => {
  const parent = new Logger('shop', 'debug', { region: 'north' });

  const [record] = recordsOf(() => parent.child('till', { desk: 3 }).debug('sold', { region: 'south' }));

  assert.ok(record);
  assert.equal(record.component, 'till');
  assert.equal(record['desk'], 3);
  assert.equal(record['region'], 'south');
});
