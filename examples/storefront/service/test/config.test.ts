import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../src/config.ts';

test('without an environment the defaults hold', () => {
  assert.deepEqual(readConfig({}), {
    host: '127.0.0.1',
    port: 8080,
    logLevel: 'info',
    catalogueTtlSeconds: 300,
    freeDeliveryCents: 5000,
    defaultCountry: 'NL',
  });
});

test('a value that cannot be used is named', () => {
  assert.throws(() => readConfig({ PORT: 'http' }), /PORT must be a whole number, found "http"/);
  assert.throws(() => readConfig({ CATALOGUE_TTL_SECONDS: '-1' }), /CATALOGUE_TTL_SECONDS/);
  assert.throws(() => readConfig({ LOG_LEVEL: 'loud' }), /LOG_LEVEL must be one of debug, info, warn, error/);
});
