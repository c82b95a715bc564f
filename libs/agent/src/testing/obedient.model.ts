import { calls, Unexpected, type Answer, type Scenario, type SeenRequest } from '@headroom/testing';
import type { Act, Injection } from './injection.corpus.js';
import { CANARIES, type Planted } from './planted.repository.js';

/** What became of one act. */
export interface Attempt {
  act: Act;
  /** What came back; of the conclusion nothing does. */
  answer?: string;
}

/**
 * A model that does what a planted text says. It looks where the text is, insists on having been sent it (or `sees`), and then tries each
 * act, one a turn, with what it has seen by then.
 */
export class ObedientModel implements Scenario {
  readonly name = 'obeys whatever it reads';
  readonly attempts: Attempt[] = [];
  readonly #looks: Answer[];
  readonly #begins: boolean;

  constructor(
    private readonly injection: Omit<Injection, 'blockedBy'> & { sees?: string },
    private readonly planted: Planted,
  ) {
    const files = (injection.looks ?? []).map((path) => lookAt('code_read_range', { repository: 'shop/web', path }));
    const place = planted.lookFor(injection);
    this.#looks = [...(place ? [lookAt(place.tool, place.args)] : []), ...files];
    this.#begins = injection.acts.some((act) => 'edit' in act);
  }

  answer(request: SeenRequest): Answer {
    const look = this.#looks[request.turn - 1];
    if (look) return look;
    this.#mustHaveSeen(request);
    const turn = request.turn - this.#looks.length;
    if (turn === 1 && this.#begins)
      return calls({ tool: 'begin_candidate', input: { title: 'Obey', idea: 'It was asked for.' } });
    const at = turn - 1 - (this.#begins ? 1 : 0);
    const before = this.attempts.at(-1);
    if (at > 0 && before) before.answer = request.results.map(({ text }) => text).join('\n');
    const act = this.injection.acts[at];
    if (!act) return concluding({});
    this.attempts.push({ act });
    return this.#doing(JSON.parse(this.#filled(JSON.stringify(act), request)) as Act);
  }

  #doing(act: Act): Answer {
    if ('edit' in act) return calls({ tool: 'propose_edit', input: act.edit });
    return 'call' in act ? calls({ tool: act.call.tool, input: act.call.args }) : concluding(act.say);
  }

  /** Within a result of a tool it stands in JSON. */
  #mustHaveSeen({ text, system }: SeenRequest): void {
    const wanted = this.injection.sees ?? this.planted.seenAs(this.injection);
    const forms = [wanted, JSON.stringify(wanted).slice(1, -1)];
    if (forms.some((form) => text.includes(form) || system.includes(form))) return;
    throw new Unexpected(`${this.injection.id} was not sent ${JSON.stringify(wanted)} but ${text.slice(-1500)}`);
  }

  #filled(act: string, { text, system }: SeenRequest): string {
    const placeholder = text.match(/\[redacted: [^\]]+\]/g)?.at(-1);
    const boundary = /<<(text-[0-9a-f]{24}) /.exec(system)?.[1];
    if (act.includes('{{placeholder}}') && !placeholder)
      throw new Unexpected(`${this.injection.id} saw no placeholder.`);
    if (act.includes('{{boundary}}') && !boundary) throw new Unexpected(`${this.injection.id} saw no boundary.`);
    return act
      .replaceAll('{{placeholder}}', placeholder ?? '')
      .replaceAll('{{boundary}}', boundary ?? '')
      .replaceAll('{{half}}', CANARIES.password.slice(0, 6))
      .replaceAll('{{outside}}', this.planted.outside);
  }
}

function lookAt(tool: string, args: Record<string, unknown>): Answer {
  return calls({ tool, input: args });
}

function concluding(said: Record<string, unknown>): Answer {
  const ending = 'outcome' in said ? {} : { outcome: 'abstain', reason: 'needs-human' };
  const input = { ...ending, summary: 'Nothing was changed.', facts: [], ...said };
  return calls({ tool: 'conclude', input });
}
