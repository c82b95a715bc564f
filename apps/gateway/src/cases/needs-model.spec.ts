import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { contextGathered, draftConcluded, type Context, type Draft, type HeadroomEvent } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import type { TaskContext } from '@headroom/runtime';
import { CommandController, createStage, Subscribe, type Stage } from '@headroom/runtime/nest';
import { Controller, Module } from '@nestjs/common';
import { caseId, contextOf, findingOf } from '../testing/case.events.js';
import { eventually, GatewayWorld } from '../testing/gateway.world.js';

jest.setTimeout(60_000);

const message = 'The case needs a model and there is no key. Set one where agent.keyEnv says, then resume the case.';
let hasKey = false;

/** Publishes what the skill-executor publishes: a draft that waits, and the drafted patch once there is a key. */
@Controller()
class WaitingExecutor {
  @Subscribe(contextGathered)
  async handle(event: HeadroomEvent<Context>, context: TaskContext): Promise<void> {
    const step = `draft.${context.resumed + 1}`;
    const { case: header, ...about } = event.data;
    const { kind, service, repository, subject, base } = about;
    const { facts, reviewers, patch, files, summary } = draftConcluded.example;
    const shared = {
      case: { ...header, step, causationId: event.id },
      kind,
      service,
      repository,
      subject,
      facts,
      reviewers,
    };
    const draft: Draft = hasKey
      ? { ...shared, outcome: 'patch', base, patch, files, summary }
      : {
          ...shared,
          outcome: 'abstain',
          files: [],
          summary: message,
          stopped: { reason: 'needs-model', message },
          parked: { reason: 'needs-model' },
        };
    await context.publish(draftConcluded, draft, { step });
    if (draft.parked) context.park('needs-model', { message });
  }
}

@Module({ controllers: [WaitingExecutor, CommandController] })
class WaitingExecutorModule {}

let world: GatewayWorld;
let executor: Stage;
beforeAll(async () => {
  world = await GatewayWorld.open({ audiences: ['outsiders', 'headroom'] });
  const logger = createLogger({ level: 'silent' });
  executor = createStage(WaitingExecutorModule, { ...world.parts, group: 'skill-executor', logger });
  await executor.start();
});
afterAll(async () => {
  await executor.close();
  await world.close();
});

function viewWhen(id: string, what: string, holds: (view: CaseView) => boolean): Promise<CaseView> {
  return eventually(what, async () => {
    const response = await world.call('GET', `/v1/cases/${id}`);
    if (response.status !== 200) return undefined;
    const { view } = (await response.json()) as { view: CaseView };
    return holds(view) ? view : undefined;
  });
}

async function resume(id: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ command: 'resume', who: 'search@web.example' });
  const response = await world.call('POST', `/v1/cases/${id}/commands`, { body, headers });
  expect(response.status).toBe(202);
}

describe('a case that needs a model', () => {
  it('is shown as waiting with what to do, and is drafted again when it is resumed', async () => {
    const id = caseId(1);
    await world.publish(findingOf(id));
    await world.publish(contextOf(id));

    const waiting = await viewWhen(id, 'the wait', ({ state }) => state === 'parked');
    await resume(id);
    const again = await viewWhen(id, 'the second wait', ({ state, timeline }) => {
      return state === 'parked' && timeline.some(({ step }) => step === 'draft.2');
    });
    hasKey = true;
    await resume(id);
    const drafted = await viewWhen(id, 'the draft', ({ state }) => state === 'verifying');

    expect(waiting).toMatchObject({
      stage: 'skill-executor',
      parked: { stage: 'skill-executor', reason: 'needs-model', message },
      draft: { outcome: 'abstain' },
    });
    expect(again.parked).toEqual(waiting.parked);
    expect(drafted).toMatchObject({ stage: 'verifier', draft: { outcome: 'patch' } });
    expect(drafted).not.toHaveProperty('parked');
    expect(drafted.timeline.map(({ step }) => step)).toEqual([
      'finding.1',
      'context.1',
      'draft.1',
      'command.1',
      'draft.2',
      'command.2',
      'draft.3',
    ]);
  });
});
