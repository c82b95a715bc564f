import { canonicalJson, HeadroomError } from '@headroom/contracts';
import { redactDeep } from '@headroom/tools';
import { runLoop } from '../loop/run.loop.js';
import type { AnswerTo, Question, World } from '../loop/world.js';
import type { AgentOutcome } from '../outcome.js';
import { QuestionDigester, type Transcript, type TranscriptEntry } from './transcript.js';

function differs(message: string): HeadroomError {
  return new HeadroomError(`The run cannot be played again: ${message}. Play it with the version that recorded it.`, {
    code: 'HEADROOM_AGENT_REPLAY_DIFFERS',
  });
}

class ReplayedWorld implements World {
  readonly #entries: readonly TranscriptEntry[];
  readonly #digester = new QuestionDigester();
  #at = 0;

  constructor(entries: readonly TranscriptEntry[]) {
    this.#entries = entries;
  }

  async ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> {
    const entry = this.#entries[this.#at++];
    const place = question.kind === 'model' ? `the call of turn ${question.turn}` : `"${question.kind}" at ${this.#at}`;
    if (!entry) throw differs(`${place} was never asked when it was recorded`);
    if (entry.kind !== question.kind || entry.digest !== this.#digester.digest(question)) {
      throw differs(`${place} is not what was asked there when it was recorded ("${entry.kind}")`);
    }
    return structuredClone(entry.answer) as AnswerTo<Asked>;
  }

  get left(): number {
    return this.#entries.length - this.#at;
  }
}

/**
 * Runs the loop again on what was answered then: no model, no network, no checkout.
 * @throws HeadroomError `HEADROOM_AGENT_REPLAY_DIFFERS` where the loop asks anything else than it did, or comes to another outcome
 */
export async function replayTranscript(transcript: Transcript): Promise<AgentOutcome> {
  const { format, version } = transcript as { format?: unknown; version?: unknown };
  if (format !== 'headroom.agent.transcript' || version !== 1) throw differs('it is no transcript of version 1');
  const world = new ReplayedWorld(transcript.entries);
  const { outcome } = await runLoop(transcript.plan, world);
  if (world.left > 0) throw differs(`${world.left} recorded answers were not asked for`);
  if (canonicalJson(redactDeep(outcome)) !== canonicalJson(transcript.outcome)) {
    throw differs('it comes to another outcome');
  }
  return transcript.outcome;
}
