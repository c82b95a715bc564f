import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolServerSettings } from './tool-server.settings.js';

let dir: string;
let config: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-tool-server-'));
  config = join(dir, 'headroom.config.yaml');
  await writeFile(config, 'version: 1\nservices: {}\n');
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

const wanted = () => ({
  data: dir,
  store: 'redis://127.0.0.1:6379/0',
  blobs: join(dir, 'blobs'),
  config,
  token: 'a-token-that-nobody-can-guess',
});

describe('the settings of a deployed tool-server', () => {
  it('need a store, payloads, a configuration and a token, and no log', async () => {
    expect(await toolServerSettings({ ...wanted(), http: '0.0.0.0:8080' })).toMatchObject({
      store: 'redis://127.0.0.1:6379/0',
      http: { host: '0.0.0.0', port: 8080 },
      token: 'a-token-that-nobody-can-guess',
      config: { tools: { hosts: [], origins: [], mounts: {} } },
    });
  });

  it('are missed all at once', async () => {
    await expect(toolServerSettings({ data: dir })).rejects.toMatchObject({
      code: 'HEADROOM_USAGE',
      message: expect.stringMatching(/--store[\s\S]+--blobs[\s\S]+--config/),
    });
  });

  it('take no token that can be guessed', async () => {
    await expect(toolServerSettings({ ...wanted(), token: 'short' })).rejects.toMatchObject({
      code: 'HEADROOM_USAGE',
      message: expect.stringContaining('The tool-server needs a token of at least 16 characters'),
    });
  });

  it('say what is wrong with a mount', async () => {
    const mounts = {
      code: { url: 'https://a.example/mcp', allow: ['x'] },
      both: { url: 'https://a.example/mcp', command: ['a'], allow: ['x'] },
      nothing: { url: 'https://a.example/mcp', allow: [] },
    };
    await writeFile(config, JSON.stringify({ version: 1, services: {}, tools: { mounts } }));
    await expect(toolServerSettings(wanted())).rejects.toMatchObject({
      code: 'HEADROOM_CONFIG_INVALID',
      message: expect.stringMatching(
        /mounts\.code[\s\S]+choose another one[\s\S]+mounts\.both[\s\S]+either url or command[\s\S]+mounts\.nothing/,
      ),
    });
  });
});
