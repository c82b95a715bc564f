import { describe, expect, it } from '@jest/globals';
import type { RuntimeStatus } from '../index.js';
import { liveness, readiness, type HealthSource } from './stage.health.js';

function source(state: Partial<HealthSource> & { problem?: [string, string] } = {}): HealthSource {
  const { problem, ...rest } = state;
  const problems = new Map(problem ? [problem] : []);
  return { group: 'verifier', status: 'RUNNING', joined: true, problems, ...rest };
}

describe('readiness', () => {
  it.each<[string, Partial<HealthSource> & { problem?: [string, string] }, number]>([
    ['joined', {}, 200],
    ['joining', { joined: false }, 503],
    ['joining', { joined: false, status: 'INITIALIZED' }, 503],
    ['draining', { status: 'DRAINING' }, 503],
    ['stopped', { status: 'STOPPED' }, 503],
    ['log away: no broker answers', { problem: ['log', 'no broker answers'] }, 503],
    ['log away: no broker answers', { joined: false, problem: ['log', 'no broker answers'] }, 503],
    ['store away: connection refused', { problem: ['store', 'connection refused'] }, 503],
    ['log client restarting: it crashed', { problem: ['consumer', 'it crashed'] }, 503],
    ['draft/3 is stuck: disk full', { problem: ['draft/3', 'disk full'] }, 503],
  ])('says "%s"', (words, state, status) => {
    const answer = readiness([source(state)]);

    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ status: status === 200 ? 'ready' : 'not ready', stages: { verifier: words } });
  });

  it('names first what is away, then what is stuck for it', () => {
    const problems = new Map([
      ['parked', 'no store'],
      ['store', 'connection refused'],
    ]);

    expect(readiness([{ ...source(), problems }]).body.stages).toEqual({
      verifier: 'store away: connection refused; parked is stuck: no store',
    });
  });

  it('names every stage of the process, and holds only when all are ready', () => {
    const { status, body } = readiness([source(), source({ group: 'projector', status: 'DRAINING' })]);

    expect(status).toBe(503);
    expect(body.stages).toEqual({ verifier: 'joined', projector: 'draining' });
  });
});

describe('liveness', () => {
  it.each<RuntimeStatus>(['INITIALIZED', 'RUNNING', 'DRAINING', 'STOPPED'])('holds in the state %s', (status) => {
    expect(liveness([source({ status, problem: ['log', 'away'] })]).status).toBe(200);
  });

  it('ends when the log client is gone for good', () => {
    const { status, body } = liveness([source({ status: 'FAILED' })]);

    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'dead',
      stages: { verifier: expect.stringContaining('start the process again') },
    });
  });
});
