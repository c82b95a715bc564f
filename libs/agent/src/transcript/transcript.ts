import { redactDeep } from '@headroom/tools';
import { digestOf, type RunIdentity } from '../journal/journal.js';
import type { RunPlan } from '../loop/run.loop.js';
import type { AnswerTo, Question, World } from '../loop/world.js';
import type { AgentOutcome } from '../outcome.js';
import type { TokenUsage } from '../ports.js';
import { RequestDigester } from './request.digest.js';

/** One question of the loop and its answer. */
export interface TranscriptEntry {
  kind: Question['kind'];
  /** Of the question, secrets taken out. */
  digest: string;
  /** What was asked, but for requests to the model: those follow from the plan and the answers before. */
  question?: unknown;
  answer: unknown;
  /** When it was answered, ISO 8601. */
  at: string;
}

/** A run as it can be played again, without a model and without secrets. */
export interface Transcript {
  format: 'headroom.agent.transcript';
  version: 1;
  case: RunIdentity & { team: string };
  plan: RunPlan;
  entries: TranscriptEntry[];
  outcome: AgentOutcome;
  totals: { turns: number; toolCalls: number; usage: TokenUsage; usd: number; durationMs: number };
}

/** Digests of questions with their secrets taken out, so that a redacted transcript gives the same ones. */
export class QuestionDigester {
  readonly #requests = new RequestDigester((value) => redactDeep(value));

  digest(question: Question): string {
    if (question.kind !== 'model') return digestOf(redactDeep(question));
    return digestOf(['model', question.turn, this.#requests.digest(question.request)]);
  }
}

/** Writes down what is asked of a world and what it answers. */
export class RecordingWorld implements World {
  readonly entries: TranscriptEntry[] = [];
  readonly #world: World;
  readonly #now: () => number;
  readonly #digester = new QuestionDigester();

  constructor(world: World, now: () => number) {
    this.#world = world;
    this.#now = now;
  }

  async ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> {
    const digest = this.#digester.digest(question);
    const answer = await this.#world.ask(question);
    this.entries.push({
      kind: question.kind,
      digest,
      ...(question.kind !== 'model' && { question: redactDeep(question) }),
      answer: redactDeep(answer),
      at: new Date(this.#now()).toISOString(),
    });
    return answer;
  }
}
