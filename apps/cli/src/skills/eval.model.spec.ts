import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { calls, MessagesServer, type Answer, type SeenRequest } from '@headroom/testing';
import { skillsEvalCommand } from './eval.command.js';

const CATALOGUE = resolve('../../skills');
const KEY_VARIABLE = 'EVAL_SPEC_MODEL_KEY';

let dir: string;
let output: string;
let server: MessagesServer;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'headroom-skills-')));
  output = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((output += String(text))));
  const skill = join(dir, 'skills/dedupe-call');
  await cp(join(CATALOGUE, 'dedupe-call'), skill, { recursive: true });
  const [before, after] = await Promise.all(
    ['largest.ts', 'largest.expected.ts'].map((name) => readFile(join(skill, 'evals/files', name), 'utf8')),
  );
  server = await new MessagesServer({
    scenario: { name: 'knows one case', answer: (request) => answer(request, before!, after!) },
    key: 'key-of-evals',
    logBodies: true,
  }).listen();
  const prices = { 'scripted-model': { input: 1, output: 1, cacheWrite: 1, cacheRead: 1 } };
  const agent = { baseUrl: server.url, keyEnv: KEY_VARIABLE, model: 'scripted-model', prices };
  // JSON is YAML.
  await writeFile(join(dir, 'config.yaml'), JSON.stringify({ version: 1, services: {}, agent }));
});

afterEach(async () => {
  delete process.env[KEY_VARIABLE];
  jest.restoreAllMocks();
  await server.close();
  await rm(dir, { recursive: true });
});

/** Drafts for one of the cases what is expected, if it was sent the skill; else it abstains. */
function answer({ system, text, turn }: SeenRequest, search: string, replace: string): Answer {
  const knows = system.includes('<skill_content name="dedupe-call"') && text.includes('src/largest.ts:largest');
  const conclusion = { summary: 'Looked at it.', facts: [] };
  if (!knows) return calls({ tool: 'conclude', input: { outcome: 'abstain', reason: 'no-safe-fix', ...conclusion } });
  const path = 'src/largest.ts';
  const steps = [
    { tool: 'code_read_range', input: { repository: 'eval/case', path } },
    { tool: 'begin_candidate', input: { title: 'Ask once', idea: 'The value is there.' } },
    { tool: 'propose_edit', input: { path, search, replace } },
    { tool: 'finish_candidate', input: {} },
    { tool: 'conclude', input: { outcome: 'patch', ...conclusion } },
  ];
  return calls(steps[turn - 1]!);
}

const options = () => ({ dir: join(dir, 'skills'), config: join(dir, 'config.yaml'), model: true });

it('lets the model work with the skill and without it, and grades both', async () => {
  process.env[KEY_VARIABLE] = 'key-of-evals';
  const out = join(dir, 'out');

  const code = await skillsEvalCommand([], { ...options(), out });

  const arm = async (name: string) =>
    JSON.parse(await readFile(join(out, 'dedupe-call/best-again', name), 'utf8')) as unknown;
  expect(await arm('with_skill/grading.json')).toMatchObject({ summary: { failed: 0 } });
  expect(await arm('without_skill/grading.json')).toMatchObject({ summary: { failed: 1 } });
  expect(await arm('with_skill/timing.json')).toMatchObject({ total_tokens: expect.any(Number) });
  expect(output).toContain('0 left to a model');
  // The other cases that want a patch fail: this model knows one.
  expect(code).toBe(1);
  const sent = JSON.stringify(server.requests.map(({ body }) => body));
  expect(sent).toContain('src/largest.ts:largest');
  expect(sent).not.toContain('.expected.ts');
}, 120_000);

it('asks no model without being told to, and says what is missing without a key', async () => {
  await expect(skillsEvalCommand([], options())).rejects.toMatchObject({
    code: 'HEADROOM_USAGE',
    message: expect.stringContaining(KEY_VARIABLE),
  });
  process.env[KEY_VARIABLE] = 'key-of-evals';
  await skillsEvalCommand([], { ...options(), model: false });

  expect(output).toContain('5 left to a model');
  expect(server.requests).toEqual([]);
}, 60_000);
