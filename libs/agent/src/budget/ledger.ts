import { HeadroomError } from '@headroom/contracts';
import type { KeyValueStore } from '@headroom/runtime';
import type { Limit } from '../outcome.js';
import type { Budgets } from './budgets.js';

/** What was spent under one key of the ledger, and what is set aside for calls that have not ended. */
interface Account {
  usd: number;
  tokens: number;
  /** By the id of the call. */
  open: Record<string, Amount>;
}

/** Money and tokens of one call. */
export interface Amount {
  usd: number;
  tokens: number;
}

/** Whose money it is. */
export interface Payer {
  caseId: string;
  team: string;
}

/** Whether an amount was set aside; if not, what stood in its way. */
export type Reservation = { granted: true } | { granted: false; limit: Limit; message: string };

const KEPT_MS = 180 * 86_400_000;
const TRIES = 50;
const empty: Account = { usd: 0, tokens: 0, open: {} };

function total({ usd, tokens, open }: Account): Amount {
  const amounts = [{ usd, tokens }, ...Object.values(open)];
  return {
    usd: amounts.reduce((sum, each) => sum + each.usd, 0),
    tokens: amounts.reduce((sum, each) => sum + each.tokens, 0),
  };
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

/**
 * What is spent per case and per team and day. An amount is set aside before a call and replaced by the real one after it; both are in
 * the store, so that a call whose process died stays counted with all that was set aside for it.
 */
export class Ledger {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /**
   * Sets an amount aside, on both accounts or on none. The same id again changes nothing.
   * @param id of the call, unique in its case
   * @param nowMs decides the UTC day of the team's account
   */
  async reserve(payer: Payer, id: string, amount: Amount, budgets: Budgets, nowMs: number): Promise<Reservation> {
    const keys = accountKeys(payer, nowMs);
    return this.#change<Reservation>(keys, ([ofCase, ofTeam]) => {
      if (ofCase.open[id]) return { result: { granted: true } };
      const refusal = refusalOf(total(ofCase), total(ofTeam), amount, budgets, payer);
      if (refusal) return { result: refusal };
      return {
        result: { granted: true },
        next: [
          { ...ofCase, open: { ...ofCase.open, [id]: amount } },
          { ...ofTeam, open: { ...ofTeam.open, [openId(payer, id)]: amount } },
        ],
      };
    });
  }

  /**
   * Puts what a call really cost in place of what was set aside. Once: an id that is not open changes nothing.
   * @param nowMs the time of its reservation
   */
  async settle(payer: Payer, id: string, amount: Amount, nowMs: number): Promise<void> {
    await this.#change(accountKeys(payer, nowMs), ([ofCase, ofTeam]) => {
      if (!ofCase.open[id]) return { result: undefined };
      return {
        result: undefined,
        next: [settled(ofCase, id, amount), settled(ofTeam, openId(payer, id), amount)],
      };
    });
  }

  /** What a case has cost so far, with what is set aside. */
  async spentOn(caseId: string): Promise<Amount> {
    return total((await this.#store.get<Account>(caseKey(caseId))) ?? empty);
  }

  /** What a team has spent on the day of a time, with what is set aside. */
  async spentBy(team: string, nowMs: number): Promise<Amount> {
    return total((await this.#store.get<Account>(teamKey(team, nowMs))) ?? empty);
  }

  async #change<Result>(
    keys: readonly [string, string],
    decide: (accounts: readonly [Account, Account]) => {
      result: Result;
      next?: readonly [Account, Account] | Account[];
    },
  ): Promise<Result> {
    for (let tries = 0; tries < TRIES; tries++) {
      const found = await Promise.all(keys.map((key) => this.#store.get<Account>(key)));
      const { result, next } = decide([found[0] ?? empty, found[1] ?? empty]);
      if (!next) return result;
      const written = await this.#store.transact([
        ...keys.map((key, index) => ({ type: 'check' as const, key, value: found[index] })),
        ...keys.map((key, index) => ({ type: 'put' as const, key, value: next[index] })),
      ]);
      if (!written) continue;
      await Promise.all(keys.map((key) => this.#store.expire(key, KEPT_MS)));
      return result;
    }
    throw new HeadroomError('The ledger of model calls is written by too many at once; the case is tried again.', {
      code: 'HEADROOM_AGENT_LEDGER_BUSY',
      retryable: true,
    });
  }
}

function settled(account: Account, id: string, amount: Amount): Account {
  const { [id]: _, ...open } = account.open;
  return { usd: account.usd + amount.usd, tokens: account.tokens + amount.tokens, open };
}

function caseKey(caseId: string): string {
  return `agent:ledger:case:${caseId}`;
}

function teamKey(team: string, nowMs: number): string {
  return `agent:ledger:team:${team}:${new Date(nowMs).toISOString().slice(0, 10)}`;
}

function accountKeys({ caseId, team }: Payer, nowMs: number): [string, string] {
  return [caseKey(caseId), teamKey(team, nowMs)];
}

function openId({ caseId }: Payer, id: string): string {
  return `${caseId}:${id}`;
}

function refusalOf(
  ofCase: Amount,
  ofTeam: Amount,
  amount: Amount,
  budgets: Budgets,
  { team }: Payer,
): Extract<Reservation, { granted: false }> | undefined {
  const refuse = (limit: Limit, message: string) => ({ granted: false, limit, message }) as const;
  // Not "more than": whatever is no number is refused, too.
  if (!(ofCase.usd + amount.usd <= budgets.usdPerCase)) {
    const message = `The next call may cost ${dollars(amount.usd)}; of ${dollars(budgets.usdPerCase)} for the case ${dollars(ofCase.usd)} are spent or set aside.`;
    return refuse('usd-per-case', message);
  }
  if (!(ofTeam.usd + amount.usd <= budgets.usdPerDay)) {
    const message = `The next call may cost ${dollars(amount.usd)}; of ${dollars(budgets.usdPerDay)} for the team ${team} and this UTC day ${dollars(ofTeam.usd)} are spent or set aside.`;
    return refuse('usd-per-day', message);
  }
  if (!(ofCase.tokens + amount.tokens <= budgets.tokensPerCase)) {
    const message = `The next call may take ${amount.tokens} tokens; of ${budgets.tokensPerCase} for the case ${ofCase.tokens} are used or set aside.`;
    return refuse('tokens', message);
  }
  return undefined;
}
