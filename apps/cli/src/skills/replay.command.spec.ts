import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { skillsReplayCommand } from './replay.command.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-replay-'));
});

afterEach(() => rm(dir, { recursive: true }));

describe('headroom skills replay', () => {
  const noClient = () => Promise.reject(new Error('no client is needed'));
  const file = () => join(dir, 'transcript.json');
  const transcript = {
    format: 'headroom.agent.transcript',
    version: 1,
    case: { caseId: 'reg-1', attempt: 1 },
    plan: { context: { skill: { name: 'one' } } },
    entries: [],
    totals: { usd: 1, usage: {} },
  };

  it.each([
    '',
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...transcript, plan: null }),
    JSON.stringify({ ...transcript, entries: 1 }),
  ])('says what is no transcript: %s', async (text) => {
    await writeFile(file(), text);

    await expect(skillsReplayCommand(file(), {}, noClient)).rejects.toMatchObject({
      code: 'HEADROOM_USAGE',
      message: expect.stringMatching(/is no transcript/),
    });
  });

  it('leaves it to the version that recorded a transcript, and says what cannot be read', async () => {
    await writeFile(file(), JSON.stringify({ ...transcript, version: 2 }));

    await expect(skillsReplayCommand(file(), {}, noClient)).rejects.toMatchObject({
      code: 'HEADROOM_AGENT_REPLAY_DIFFERS',
    });
    await expect(skillsReplayCommand(dir, {}, noClient)).rejects.toMatchObject({ code: 'HEADROOM_INPUT_NOT_FOUND' });
  });
});
