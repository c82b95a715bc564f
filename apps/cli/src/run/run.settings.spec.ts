import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHttpAddress, runSettings, type RunOptions } from './run.settings.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-settings-'));
  await writeFile(join(dir, 'headroom.config.yaml'), 'version: 1\nservices: {}\n');
});

afterAll(() => rm(dir, { recursive: true }));

function options(changes: Partial<RunOptions> = {}): RunOptions {
  return {
    data: join(dir, 'data'),
    bus: 'kafka://a:9092,b:9092',
    store: 'redis://:secret@redis:6379/0',
    blobs: join(dir, 'blobs'),
    config: join(dir, 'headroom.config.yaml'),
    ...changes,
  };
}

describe('what a deployed stage is told', () => {
  it('is complete with log, store, payload folder and configuration', async () => {
    expect(await runSettings('detector', options())).toMatchObject({
      stage: 'detector',
      bus: 'kafka://a:9092,b:9092',
      blobsDir: join(dir, 'blobs'),
      keysDir: join(dir, 'data', 'keys'),
      http: { host: '127.0.0.1', port: 0 },
      token: '',
    });
  });

  it('is refused with everything that is missing, by option and by variable', async () => {
    const nothing = { data: dir };

    await expect(runSettings('verifier', nothing)).rejects.toMatchObject({
      code: 'HEADROOM_USAGE',
      message: expect.stringMatching(/HEADROOM_BUS[^]*HEADROOM_STORE[^]*HEADROOM_BLOBS[^]*HEADROOM_CONFIG/),
    });
  });

  it.each<[string, Partial<RunOptions>]>([
    ['another log', { bus: 'amqp://user:secret@host' }],
    ['a log with an unknown parameter', { bus: 'kafka://host:9092?sasl=plain&username=u&password=secret&nonsense=1' }],
    ['another store', { store: 'mongodb://user:secret@host' }],
    ['no URL at all', { store: 'secret' }],
  ])('is refused with %s, and no password is repeated', async (_what, changes) => {
    await expect(runSettings('detector', options(changes))).rejects.toMatchObject({
      code: expect.stringMatching(/^HEADROOM_(USAGE|BUS_URL_INVALID)$/),
      message: expect.not.stringContaining('secret'),
    });
  });

  it('has a token for the gateway, and for nobody else', async () => {
    const token = 'sixteen-characters';
    const file = join(dir, 'token');
    await writeFile(file, `${token}\n`);

    await expect(runSettings('gateway', options())).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
    await expect(runSettings('gateway', options({ token: 'short' }))).rejects.toMatchObject({ code: 'HEADROOM_USAGE' });
    expect(await runSettings('gateway', options({ tokenFile: file }))).toMatchObject({ token });
    expect(await runSettings('pr-writer', options({ token }))).toMatchObject({ token: '' });
  });
});

describe('parseHttpAddress', () => {
  it.each([
    ['0.0.0.0:8080', { host: '0.0.0.0', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
  ])('reads %s', (text, address) => {
    expect(parseHttpAddress(text)).toEqual(address);
  });

  it.each(['8080', ':8080', 'host:', 'host:70000', '::1:8080', 'http://host:80'])('refuses %s', (text) => {
    expect(() => parseHttpAddress(text)).toThrow(expect.objectContaining({ code: 'HEADROOM_USAGE' }));
  });
});
