import { afterEach, expect, it } from '@jest/globals';
import { stopSignals } from './stop-signal.js';

afterEach(() => {
  process.removeAllListeners('SIGTERM');
  process.removeAllListeners('SIGINT');
});

it('stops at the first signal, takes an echo of it for the same one, and hurries at a later one', () => {
  let nowMs = 5_000;
  const { stop, hurry } = stopSignals(() => nowMs);
  expect(stop.aborted).toBe(false);

  process.emit('SIGTERM');
  expect([stop.aborted, hurry.aborted]).toEqual([true, false]);

  nowMs += 200;
  process.emit('SIGINT');
  expect(hurry.aborted).toBe(false);

  nowMs += 2_000;
  process.emit('SIGTERM');
  expect(hurry.aborted).toBe(true);
});
