import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { readHostFile } from '@headroom/cli';
import { mcpTools } from '@headroom/agent';
import { loadSkills } from '@headroom/skills';
import { ModelInstallation, ScriptedModel } from './model/model.installation.js';
import { DOUBLED, KEY, subjectOf } from './model/model.target.js';
import { replay } from './recordings/recorded.history.js';
import { syntheticDeployment } from './synthetic.telemetry.js';
import { headroom } from './test-host.js';

/** Reads, begins, edits, finishes, concludes. */
const WHOLE = ['1 200', '2 200', '3 200', '4 200', '5 200'];

let here: ModelInstallation;
let model: ScriptedModel;

beforeAll(async () => {
  here = await ModelInstallation.make();
  ({ model } = here);
  await here.start({ key: false });
}, 120_000);

afterAll(async () => {
  await here.stop();
}, 60_000);

function shown(id: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return headroom(['case', id, '--data', here.dataDir]);
}

// One after another: the host is started without a key, with one, and with a small budget.
describe('a case that no playbook solves', () => {
  let waiting: CaseView;

  it('waits for a key, and says what to do', async () => {
    await here.request('plain');
    waiting = await here.caseOf('plain', ({ parked }) => parked !== undefined);

    expect(waiting).toMatchObject({ state: 'parked', parked: { stage: 'skill-executor', reason: 'needs-model' } });
    const { code, stdout } = await shown(waiting.caseId);
    expect(code).toBe(0);
    expect(stdout).toMatch(/waits for +needs-model/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'memoize-pure needs the model, and there is no key for one. Set it and start the skill-executor again.',
    );
    expect(model.requests()).toEqual([]);
  }, 180_000);

  it('goes on by itself when there is one, to a patch that passes the rules and the tests', async () => {
    await here.start();
    const view = await here.caseOf('plain', ({ verdict }) => verdict !== undefined);

    expect(view).toMatchObject({
      caseId: waiting.caseId,
      attempt: 1,
      // There is no benchmark to measure with; what comes before it was passed.
      verdict: 'no-benchmark',
      draft: {
        outcome: 'patch',
        skill: { name: 'memoize-pure' },
        facts: [{ evidence: ['src/plain.ts:2'] }],
        model: { name: 'scripted-model' },
      },
    });
    expect(model.calls('plain')).toEqual(WHOLE);
    const { stdout } = await shown(view.caseId);
    expect(stdout).toMatch(/model +scripted-model: \d+ tokens read/);
    expect(stdout).toMatch(/tests +base (\d+) passed, 0 failed, head \1 passed, 0 failed/);
  }, 300_000);

  it('finds each tool that a skill of the catalogue asks for', async () => {
    const { tools } = (await readHostFile(here.dataDir)) ?? {};
    const listed = await mcpTools({ ...tools!, version: '0.0.0' }).list(new AbortController().signal);
    const names = new Set(listed.map(({ name }) => name));
    const { skills } = await loadSkills(resolve('../skills'));

    const missing = skills.flatMap(({ name, requiresTools }) =>
      requiresTools.filter((tool) => !names.has(tool)).map((tool) => `${name}: ${tool}`),
    );

    expect(skills.length).toBeGreaterThan(30);
    expect(missing).toEqual([]);
  }, 60_000);
});

describe('code that may not be sent to a model', () => {
  it.each([
    ['unasked', 'services.unasked.repository.sendToModel is not true'],
    ['closed', 'model: off in .headroom.yml'],
  ])(
    'is not: %s',
    async (service, why) => {
      const sent = model.requests().length;

      const view = await here.drafted(service, service);

      expect(view).toMatchObject({ draft: { outcome: 'abstain' }, stopped: { reason: 'model-not-allowed' } });
      expect(view.stopped?.message).toContain(why);
      expect(view.draft?.model).toBeUndefined();
      expect(model.requests()).toHaveLength(sent);
    },
    120_000,
  );
});

describe('a regression whose skill has no playbook', () => {
  it('is drafted by the model from the dossier of its cause', async () => {
    const { before, after } = here.target.doubled;
    const quotes = { service: 'quotes', unitOfWork: 'quote', root: 'src/main.ts:serve' };
    const made = Array.from({ length: 14 }, (_, index) => {
      const number = index + 1;
      const slower = number > 8;
      const versions = { commit: slower ? after : before, previousCommit: number > 9 ? after : before };
      const paths = [{ frames: [subjectOf(DOUBLED)], line: 7, us: slower ? 80_000 : 40_000 }];
      return syntheticDeployment(quotes, { number, ...versions, paths });
    });
    await replay(
      here.host,
      made.map(({ deployment }) => deployment),
    );
    await replay(
      here.host,
      made.map(({ profile }) => profile),
    );
    const view = await here.caseOf(DOUBLED, ({ verdict, stopped }) => (verdict ?? stopped) !== undefined, 'quotes');

    expect(view).toMatchObject({
      kind: 'regression',
      rootCause: { status: 'named', commit: after },
      verdict: 'no-benchmark',
      draft: { outcome: 'patch', skill: { name: 'dedupe-call' }, facts: [{ evidence: ['src/total.ts:7'] }] },
    });
    expect(model.calls(DOUBLED)).toEqual(WHOLE);
  }, 240_000);
});

describe('a model that fails', () => {
  it.each([
    ['overloaded', ['1 529', ...WHOLE]],
    ['limited', ['1 200', '2 429', ...WHOLE.slice(1)]],
    ['cut', ['1 200', '2 200', '3 broken', ...WHOLE.slice(2)]],
  ])(
    'is asked again: %s',
    async (name, calls) => {
      const view = await here.drafted(name);

      expect(view.draft).toMatchObject({ outcome: 'patch', model: { name: 'scripted-model' } });
      expect(model.calls(name)).toEqual(calls);
      expect(new Set(model.requests(name).map(({ digest }) => digest)).size).toBe(WHOLE.length);
    },
    120_000,
  );

  it('is not asked again where it refused', async () => {
    const view = await here.drafted('refused');

    expect(view).toMatchObject({ state: 'abstained', stopped: { stage: 'skill-executor', reason: 'refused' } });
    expect(model.calls('refused')).toEqual(['1 200', '2 200']);
  }, 120_000);
});

describe('what is sent', () => {
  it('carries tools, skill and dossier in each call, the same bytes', () => {
    const requests = model.requests('plain');

    expect(requests).toHaveLength(WHOLE.length);
    const heads = requests.map(({ body: { tools, system, messages } }) => JSON.stringify([tools, system, messages[0]]));
    // The mark of the prompt cache moves on.
    expect(new Set(heads.map((head) => head.replaceAll(',"cache_control":{"type":"ephemeral"}', ''))).size).toBe(1);
    expect(requests.slice(1).every(({ extendsPrevious }) => extendsPrevious)).toBe(true);
  });

  it('is answered only with all of it, at the first call and later', async () => {
    const again = await ScriptedModel.start(join(here.dir, 'again'));
    const send = async (body: unknown): Promise<{ status: number; text: string }> => {
      const headers = { 'x-api-key': KEY, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' };
      const response = await fetch(`${again.url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, text: await response.text() };
    };
    try {
      for (const { body, turn } of model.requests('plain').slice(0, 2)) {
        const [opening, ...turns] = body.messages;
        const without = {
          'the tool code_read_range': { ...body, tools: body.tools.filter(({ name }) => name !== 'code_read_range') },
          'the skill': { ...body, system: body.system.slice(0, 1) },
          'the dossier': { ...body, messages: [{ ...(opening as object), content: 'Work on the case.' }, ...turns] },
        };
        expect(await send(body)).toMatchObject({ status: 200 });
        for (const [what, lesser] of Object.entries(without)) {
          const { status, text } = await send(lesser);
          expect({ turn, what, status, text }).toMatchObject({ status: 400, text: expect.stringContaining(what) });
        }
      }
    } finally {
      await again.stop();
    }
  }, 60_000);
});

describe('what a model may spend', () => {
  it('is counted by the team: another case of it is refused before anything is sent', async () => {
    const first = await here.drafted('first', 'thrifty');
    const second = await here.drafted('second', 'thrifty');

    expect(first).toMatchObject({ stopped: { reason: 'no-safe-fix' }, draft: { model: { usd: expect.any(Number) } } });
    expect(first.draft?.model?.usd).toBeGreaterThan(0.5);
    expect(model.calls('first')).toEqual(['1 200']);
    expect(second).toMatchObject({ state: 'abstained', stopped: { reason: 'budget' }, draft: { model: { usd: 0 } } });
    expect(second.stopped?.message).toContain('for the team thrifty');
    expect(model.calls('second')).toEqual([]);
  }, 120_000);

  it('ends a case at the number of its calls', async () => {
    await here.start({ budgets: { turns: 2 } });
    const view = await here.drafted('short');

    expect(view).toMatchObject({ state: 'abstained', stopped: { reason: 'budget' } });
    expect(view.stopped?.message).toContain('may call the model 2 times');
    expect(model.calls('short')).toEqual(['1 200', '2 200']);
  }, 180_000);
});

describe('headroom skills replay', () => {
  it('plays a case again, from the host and from a file without one', async () => {
    const view = await here.caseOf('plain', ({ draft }) => draft !== undefined);
    const sent = model.requests().length;
    const blob = view.draft?.model?.transcript;
    const file = join(here.dir, 'transcript.json');
    writeFileSync(file, await here.host.client.getBlob(blob!));

    const ofCase = await headroom(['skills', 'replay', view.caseId, '--data', here.dataDir]);
    const nowhere = { cwd: here.dir, env: { HEADROOM_DATA: join(here.dir, 'nowhere') } };
    const ofFile = await headroom(['skills', 'replay', file], nowhere);
    const json = await headroom(['skills', 'replay', file, '--json'], nowhere);

    expect(ofCase).toMatchObject({ code: 0, stderr: '' });
    expect(ofCase.stdout).toContain(`${view.caseId}, attempt 1, memoize-pure`);
    expect(ofCase.stdout).toMatch(/: patch\nRemembers what was computed/);
    expect(ofCase.stdout).toMatch(/calls +5 of scripted-model, \d+ of tools/);
    expect(ofCase.stdout).toMatch(/tokens +\d+ read, \d+ from the cache, \d+ written\ncost +USD 0\.\d+/);
    expect(ofFile).toEqual(ofCase);
    expect(JSON.parse(json.stdout)).toMatchObject({
      outcome: { outcome: 'patch', candidates: [{ files: ['src/plain.ts'] }] },
      totals: { turns: 5, usd: view.draft?.model?.usd },
    });
    expect(model.requests()).toHaveLength(sent);
  }, 60_000);

  it('says where a transcript was changed, and what is none', async () => {
    const file = join(here.dir, 'transcript.json');
    const changed = join(here.dir, 'changed.json');
    writeFileSync(changed, readFileSync(file, 'utf8').replaceAll(subjectOf('plain'), subjectOf('other')));
    const other = join(here.dir, 'other.json');
    writeFileSync(other, 'no JSON');

    const first = await headroom(['skills', 'replay', changed]);
    const second = await headroom(['skills', 'replay', other]);

    expect(first).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('cannot be played again') });
    expect(second).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('is no transcript') });
  }, 60_000);
});
