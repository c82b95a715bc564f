import { describe, expect, it } from '@jest/globals';
import { latch } from '../contract-suites/fixtures.js';
import { ExclusiveGate, type GatePass } from '../index.js';

const never = new AbortController().signal;

async function enter(gate: ExclusiveGate, signal = never): Promise<GatePass> {
  const pass = await gate.enter(signal);
  if (!pass) throw new Error('not entered');
  return pass;
}

describe('the exclusive gate', () => {
  it('waits until the others have left, and holds back who comes', async () => {
    const gate = new ExclusiveGate();
    const order: string[] = [];
    const [one, two] = [await enter(gate), await enter(gate)];

    const alone = one.exclusive(async () => void order.push('alone'));
    const late = enter(gate).then((pass) => {
      order.push('late');
      return pass;
    });
    order.push('still running');
    two.leave();
    await alone;
    (await late).leave();

    expect(order).toEqual(['still running', 'alone', 'late']);
  });

  it('gives those that ask their turns, the next one after the first has left', async () => {
    const gate = new ExclusiveGate();
    const order: string[] = [];
    const [one, two] = [await enter(gate), await enter(gate)];

    const first = one.exclusive(async () => void order.push('first'));
    const second = two.exclusive(async () => void order.push('second'));
    await first;
    order.push('first goes on');
    one.leave();
    await second;

    expect(order).toEqual(['first', 'first goes on', 'second']);
  });

  it('lets everybody go on when the section throws', async () => {
    const gate = new ExclusiveGate();
    const pass = await enter(gate);

    await expect(pass.exclusive(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    pass.leave();
    pass.leave();

    (await enter(gate)).leave();
    await expect((await enter(gate)).exclusive(async () => 'again')).resolves.toBe('again');
  });

  it('stops waiting when told, and blocks nobody after that', async () => {
    const gate = new ExclusiveGate();
    const [busy, asking] = [await enter(gate), await enter(gate)];
    const stop = new AbortController();
    const holdBack = latch();

    const turn = asking.exclusive(async () => holdBack.opened, stop.signal);
    const waiting = gate.enter(stop.signal);
    stop.abort(new Error('stopped'));

    await expect(turn).rejects.toThrow('stopped');
    expect(await waiting).toBeUndefined();
    (await enter(gate)).leave();
    asking.leave();
    busy.leave();
    await expect((await enter(gate)).exclusive(async () => 'alone')).resolves.toBe('alone');
  });
});
