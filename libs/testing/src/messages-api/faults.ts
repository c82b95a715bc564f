import { arriving, fails, refusal, says, type Answer, type Arrival } from './answers.js';
import { answered, type Scenario, type SeenRequest } from './scenario.js';

/** A scenario with something before or in place of some of its answers. */
function around(
  name: string,
  scenario: Scenario,
  answer: (request: SeenRequest, own: () => Promise<Answer>) => Answer | Promise<Answer>,
): Scenario {
  return {
    name: `${scenario.name}, ${name}`,
    answer: (request) => answer(request, async () => answered(scenario, request)),
  };
}

/** Fails the first times that a turn is asked for, and lets the scenario answer after that. */
function atFirst(
  name: string,
  scenario: Scenario,
  { turn = 1, times = 1 }: FaultPlace,
  fault: (own: () => Promise<Answer>) => Answer | Promise<Answer>,
): Scenario {
  let left = times;
  return around(name, scenario, (request, own) => (request.turn === turn && left-- > 0 ? fault(own) : own()));
}

/** Where a fault lies. */
export interface FaultPlace {
  /** Turn at which it happens, from 1. @default 1 */
  turn?: number;
  /** How often. @default 1 */
  times?: number;
}

/** 529, then the answer. @param retryAfterMs said in `retry-after-ms` */
export function overloadedOnce(scenario: Scenario, place: FaultPlace & { retryAfterMs?: number } = {}): Scenario {
  const retry = place.retryAfterMs === undefined ? {} : { afterMs: place.retryAfterMs };
  return atFirst('overloaded once', scenario, place, () => fails(529, 'Overloaded', retry));
}

/** 429 with `retry-after` in seconds, then the answer. @param seconds @default 1 */
export function limitedOnce(
  scenario: Scenario,
  { seconds = 1, ...place }: FaultPlace & { seconds?: number } = {},
): Scenario {
  const fault = (): Answer => fails(429, 'This request would exceed your rate limit.', { afterSeconds: seconds });
  return atFirst('limited once', scenario, place, fault);
}

/** 500, then the answer. */
export function brokenOnce(scenario: Scenario, place: FaultPlace = {}): Scenario {
  return atFirst('broken once', scenario, place, () => fails(500, 'Internal server error', { afterMs: 1 }));
}

/** The connection is cut in the middle of the answer, which is given whole the next time. */
export function cutOnce(
  scenario: Scenario,
  { cutAfter = 4, ...place }: FaultPlace & { cutAfter?: number } = {},
): Scenario {
  return atFirst('cut once', scenario, place, async (own) => arriving(await own(), { cutAfter }));
}

/** An `overloaded_error` event in the middle of the stream; the answer is given whole the next time. */
export function overloadedInStreamOnce(scenario: Scenario, place: FaultPlace = {}): Scenario {
  const errorAfter = { events: 4, type: 'overloaded_error', message: 'Overloaded' };
  return atFirst('overloaded in the stream once', scenario, place, async (own) =>
    arriving(await own(), { errorAfter }),
  );
}

/** Nothing comes any more after so many events of a turn, 0 = not even the headers; the next time it is answered. */
export function hangsOnce(
  scenario: Scenario,
  { hangAfter = 0, ...place }: FaultPlace & { hangAfter?: number } = {},
): Scenario {
  return atFirst('hangs once', scenario, place, async (own) => arriving(await own(), { hangAfter }));
}

/** The input of the calls of a turn is no JSON once: it ends in the middle. */
export function malformedInputOnce(scenario: Scenario, place: FaultPlace = {}): Scenario {
  return atFirst('malformed input once', scenario, place, async (own) => {
    const answer = await own();
    if (answer.kind === 'error') return answer;
    const parts = answer.parts.map((part) =>
      part.type === 'tool_use' ? { ...part, rawInput: `${JSON.stringify(part.input).slice(0, -1)},"` } : part,
    );
    return { ...answer, parts };
  });
}

/** A turn is refused, every time it is asked for. */
export function refuses(scenario: Scenario, { turn = 1 }: Pick<FaultPlace, 'turn'> = {}): Scenario {
  return around('refuses', scenario, (request, own) => (request.turn === turn ? refusal() : own()));
}

/** A turn ends at `max_tokens` in the middle of its words, every time it is asked for. */
export function endsAtMaxTokens(scenario: Scenario, { turn = 1 }: Pick<FaultPlace, 'turn'> = {}): Scenario {
  const cut = says('The function builds its expression anew for', 'max_tokens');
  return around('ends at max_tokens', scenario, (request, own) => (request.turn === turn ? cut : own()));
}

/** A pause before a turn; the scenario goes on where it was when the pause is sent back. */
export function pausesOnce(scenario: Scenario, { turn = 1 }: Pick<FaultPlace, 'turn'> = {}): Scenario {
  return {
    name: `${scenario.name}, pauses once`,
    answer(request) {
      if (request.turn < turn) return answered(scenario, request);
      if (request.turn === turn) return says('One moment.', 'pause_turn');
      return answered(scenario, { ...request, turn: request.turn - 1 });
    },
  };
}

/** Every answer arrives so. */
export function slowly(scenario: Scenario, arrival: Pick<Arrival, 'delayMs' | 'eventDelayMs'>): Scenario {
  return around('slowly', scenario, async (_, own) => arriving(await own(), arrival));
}

/** The key is not taken, whatever is asked. */
export function unauthorised(scenario: Scenario): Scenario {
  return around('unauthorised', scenario, () => fails(401, 'invalid x-api-key'));
}
