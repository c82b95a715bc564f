import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildRepository } from '@headroom/testing';
import { openMirror, type GitMirror } from '@headroom/workspace';
import { agentOutcomeSchema } from './outcome.js';
import { runAgent } from './run.agent.js';
import { CaseShield } from './safety/case.shield.js';
import { CheckoutWorkspace } from './safety/checkout.workspace.js';
import { OutgoingGuard } from './safety/outgoing.guard.js';
import {
  AgentWorld,
  begins,
  concludes,
  DRAFTING,
  edits,
  finishes,
  HOIST,
  inTurn,
  reads,
  WORDS,
} from './testing/agent.fixtures.js';
import { replayTranscript } from './transcript/replay.js';
import type { Transcript } from './transcript/transcript.js';

const SECRET = 'secret-of-the-installation';
const rules = {
  subject: 'src/words.ts:count',
  scope: ['src/words.ts'],
  limits: { maxFiles: 2, maxChangedLines: 20, protect: [], harness: [] },
};

describe('an agent on a real checkout', () => {
  let dir: string;
  let mirror: GitMirror;
  let commit: string;
  let world: AgentWorld;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'headroom-agent-'));
    const files = { 'src/words.ts': WORDS, 'src/other.ts': 'export const other = 1;\n', 'package.json': '{}\n' };
    const { bare, commits } = await buildRepository(dir, [{ message: 'Begin', files }]);
    commit = commits[0]!;
    mirror = await openMirror({ location: bare, cacheDir: join(dir, 'mirrors') });
  });
  afterEach(async () => {
    await world.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function run(checkout: string) {
    const shield = new CaseShield({ secret: SECRET, caseId: 'opp-1' });
    const workspace = await CheckoutWorkspace.open({ mirror, commit, dir: join(dir, checkout), rules, shield });
    const guard = new OutgoingGuard({ shield, tools: ['code_read_file'] });
    return runAgent(world.input({ workspace, shield, guard }));
  }

  it('drafts a patch that applies, and lets no edit out of the case', async () => {
    const outside = { path: 'package.json', search: '{}', replace: '{ "scripts": {} }' };
    const elsewhere = { path: 'src/other.ts', search: 'other = 1', replace: 'other = 2' };
    world = await AgentWorld.start(
      inTurn([reads, begins, () => edits(outside), () => edits(elsewhere), edits, finishes, concludes]),
    );
    const { outcome, transcript } = await run('one');
    expect(agentOutcomeSchema.parse(outcome)).toEqual(outcome);
    expect(outcome).toMatchObject({ outcome: 'patch', candidates: [{ files: ['src/words.ts'], changedLines: 2 }] });
    const sent = JSON.stringify(world.server.requests.at(-1)!.body);
    expect(sent).toContain('package.json may not be edited');
    expect(sent).toContain('The case is not about src/other.ts');
    const recorded = JSON.parse((await world.blobs.get(transcript)).toString()) as Transcript;
    expect(await replayTranscript(recorded)).toEqual(outcome);
  });

  it('makes its edits again on another checkout when it goes on after its process died', async () => {
    world = await AgentWorld.start(inTurn(DRAFTING));
    const leaving = new AbortController();
    const shield = new CaseShield({ secret: SECRET, caseId: 'opp-1' });
    const workspace = await CheckoutWorkspace.open({ mirror, commit, dir: join(dir, 'first'), rules, shield });
    const first = runAgent(
      world.input({
        workspace,
        shield,
        signal: leaving.signal,
        onProgress: (each) => {
          if (each.kind === 'model-call' && each.turn === 4) leaving.abort(new Error('stopped'));
        },
      }),
    );
    await expect(first).rejects.toThrow('stopped');
    await workspace.close();
    const { outcome } = await run('second');
    expect(outcome.candidates[0]!.patch).toContain(`+${HOIST.replace.split('\n')[0]}`);
    expect(world.server.requests).toHaveLength(5);
  });
});
