import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import { startMessagesServer, type MessagesProcess } from '../../dist/messages-api/messages.process.js';

let folder: string;
let api: MessagesProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'messages-'));
});

afterEach(async () => {
  await api?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A scenario module that hangs where the conversation is about to begin, or answers. */
function scenario(text: string): string {
  const path = join(folder, 'scenario.mjs');
  const module = new URL('../../dist/messages-api/index.js', import.meta.url).href;
  writeFileSync(path, `import { hangsOnce, says } from '${module}';\nexport default ${text};\n`);
  return path;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

it('answers the real client from a process of its own, with its key', async () => {
  const options = {
    scenario: scenario(`{ name: 'hello', answer: () => says('Hello.') }`),
    logFile: join(folder, 'log'),
  };
  api = await startMessagesServer({ ...options, key: 'test-key', logBodies: true });
  const anthropic = new Anthropic({ apiKey: 'test-key', baseURL: api.url, maxRetries: 0 });

  const message = await anthropic.messages.create({
    model: 'model-a',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'Hi.' }],
  });

  expect(message.content).toMatchObject([{ text: 'Hello.' }]);
  // The other process writes an answer down when all of it is sent: the client may have it before.
  await until(() => api!.records().length === 2);
  expect(api.records()).toMatchObject([
    { kind: 'request', ordinal: 1, body: { messages: [{ content: 'Hi.' }] } },
    { kind: 'answer', ordinal: 1, status: 200, complete: true },
  ]);
});

it('has written down what a killed client had sent', async () => {
  const hanging = scenario(`hangsOnce({ name: 'hello', answer: () => says('Hello.') })`);
  api = await startMessagesServer({ scenario: hanging, logFile: join(folder, 'log') });
  const body = JSON.stringify({ model: 'model-a', max_tokens: 10, messages: [{ role: 'user', content: 'Hi.' }] });
  const headers = { 'x-api-key': 'test-key', 'anthropic-version': '2026-10-21', 'content-type': 'application/json' };
  const call = `fetch('${api.url}/v1/messages', ${JSON.stringify({ method: 'POST', headers, body })})`;
  const client = spawn(process.execPath, ['--eval', call], { stdio: 'ignore' });
  await until(() => api!.records().length === 1);
  client.kill('SIGKILL');
  await until(() => api!.records().length === 2);

  expect(api.records()).toMatchObject([
    { kind: 'request', turn: 1, sent: 1 },
    { kind: 'answer', complete: false, error: 'the client left' },
  ]);
});

it('says why it does not start', async () => {
  const broken = { scenario: join(folder, 'absent.mjs'), logFile: join(folder, 'log') };

  await expect(startMessagesServer(broken)).rejects.toThrow(/did not start.*absent\.mjs/s);
});
