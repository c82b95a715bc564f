/** What may be spent on one case; each is checked before what it limits. */
export interface Budgets {
  /** US dollars of one case, all its attempts together. */
  usdPerCase: number;
  /** US dollars of one team and UTC day. */
  usdPerDay: number;
  /** Tokens of one case, in and out, cached ones included. */
  tokensPerCase: number;
  /** Calls of the model in one run. */
  turns: number;
  /** Longest work of one run, minutes; what a process that was killed had used counts. */
  minutes: number;
  toolCalls: number;
  /** Longest wait for one tool, seconds. */
  toolSeconds: number;
}

/** The defaults of `agent.budgets`. */
export const DEFAULT_BUDGETS: Budgets = {
  usdPerCase: 3,
  usdPerDay: 100,
  tokensPerCase: 600_000,
  turns: 40,
  minutes: 20,
  toolCalls: 120,
  toolSeconds: 30,
};

/** How often the same call may be made: this one is refused with a hint … */
export const IDENTICAL_CALLS_REFUSED = 3;
/** … and this one ends the run. */
export const IDENTICAL_CALLS_END = 5;
/** Turns without new evidence or an edit that end the run. */
export const TURNS_WITHOUT_PROGRESS = 8;
/** Tries of a candidate that its gates refuse, before it is dropped. */
export const REPAIRS = 3;
export const MOST_CANDIDATES = 5;
/** Calls with arguments that are none, before the run ends. */
export const MALFORMED_CALLS = 8;
/** Most that one result may take up, tokens, and as a share of the context. */
export const RESULT_TOKENS = 25_000;
export const RESULT_SHARE = 0.15;
