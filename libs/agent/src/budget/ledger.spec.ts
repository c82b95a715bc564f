import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { DEFAULT_BUDGETS } from './budgets.js';
import { Ledger } from './ledger.js';

const NOON = Date.parse('2026-11-28T12:00:00Z');
const payer = { caseId: 'opp-1', team: 'search' };
let parts: EmbeddedParts;
let ledger: Ledger;

beforeEach(async () => {
  parts = await openMemory();
  ledger = new Ledger(parts.store);
});
afterEach(() => parts.close());

describe('Ledger', () => {
  it('puts what a call cost in place of what was set aside, once', async () => {
    await ledger.reserve(payer, 'a', { usd: 1, tokens: 1000 }, DEFAULT_BUDGETS, NOON);
    expect(await ledger.spentOn('opp-1')).toEqual({ usd: 1, tokens: 1000 });
    for (let n = 0; n < 2; n++) await ledger.settle(payer, 'a', { usd: 0.25, tokens: 400 }, NOON);
    expect(await ledger.spentOn('opp-1')).toEqual({ usd: 0.25, tokens: 400 });
    expect(await ledger.spentBy('search', NOON)).toEqual({ usd: 0.25, tokens: 400 });
  });

  it('lets no two callers have the same money', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `call ${n}`);
    const given = await Promise.all(
      ids.map((id) => new Ledger(parts.store).reserve(payer, id, { usd: 1, tokens: 1 }, DEFAULT_BUDGETS, NOON)),
    );
    expect(given.filter(({ granted }) => granted)).toHaveLength(3);
    expect(await ledger.spentOn('opp-1')).toEqual({ usd: 3, tokens: 3 });
  });

  it('counts a day of a team in UTC, and a call on the day on which it began', async () => {
    const late = Date.parse('2026-11-28T23:59:59Z');
    await ledger.reserve(payer, 'a', { usd: 2, tokens: 10 }, DEFAULT_BUDGETS, late);
    await ledger.settle(payer, 'a', { usd: 1.5, tokens: 10 }, late);
    expect(await ledger.spentBy('search', late + 2000)).toEqual({ usd: 0, tokens: 0 });
    expect((await ledger.spentBy('search', late)).usd).toBe(1.5);
  });

  it('keeps what is set aside for a call that never ended', async () => {
    await ledger.reserve(payer, 'died', { usd: 2.5, tokens: 10 }, DEFAULT_BUDGETS, NOON);
    const next = await new Ledger(parts.store).reserve(payer, 'b', { usd: 1, tokens: 10 }, DEFAULT_BUDGETS, NOON);
    expect(next).toMatchObject({ granted: false, limit: 'usd-per-case' });
  });
});
