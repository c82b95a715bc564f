import type { BlobStore } from '@headroom/runtime';
import type { Budgets } from '../budget/budgets.js';
import type { WallClock } from '../budget/wall.clock.js';
import { boundedText } from '../context/bounded.text.js';
import { digestOf, type AgentJournal } from '../journal/journal.js';
import type { OutgoingCheck, TextShield, ToolAnswerText, ToolClient } from '../ports.js';
import type { ProgressListener } from './progress.js';
import type { LimitReached, ToolReply } from './world.js';

/** What calls of tools need. */
export interface ToolCallerParts {
  tools: ToolClient;
  guard?: OutgoingCheck | undefined;
  shield: TextShield;
  blobs: BlobStore;
  /** Most of one result. */
  resultTokens: number;
  budgets: Budgets;
  journal: AgentJournal;
  wall: WallClock;
  signal: AbortSignal;
  onProgress: ProgressListener;
}

/** One call of a tool of the server. */
export interface ToolUse {
  turn: number;
  /** Which of its turn, from 0. */
  index: number;
  name: string;
  args: Record<string, unknown>;
}

interface StoredAnswer {
  reply: ToolReply;
  elapsedMs: number;
}

/** Calls tools within their time; what they answer is bounded, marked as data, and stored before it is used. */
export class ToolCaller {
  readonly #parts: ToolCallerParts;

  constructor(parts: ToolCallerParts) {
    this.#parts = parts;
  }

  async call({ turn, index, name, args }: ToolUse): Promise<ToolReply | LimitReached> {
    const { journal, wall, budgets, signal, onProgress } = this.#parts;
    const key = `tool:${turn}:${index}:${digestOf({ name, args })}`;
    const stored = await journal.read<StoredAnswer>(key);
    if (stored) wall.atLeast(stored.elapsedMs);
    else if (wall.leftMs <= 0) return late(budgets);
    const began = wall.elapsedMs;
    let found = stored;
    if (!found) {
      const answer = await this.#withinTime(name, args);
      if (wall.signal.aborted && !signal.aborted) return late(budgets);
      const text = await this.#shown(name, answer);
      const reply: ToolReply = { kind: 'reply', ...answer, text, durationMs: wall.elapsedMs - began };
      found = await journal.write<StoredAnswer>(key, { reply, elapsedMs: wall.elapsedMs });
    }
    const { ok, durationMs } = found.reply;
    onProgress({ kind: 'tool-call', turn, tool: name, ok, durationMs, stored: stored !== undefined });
    return found.reply;
  }

  /** A tool that takes too long is answered for, and not waited for. */
  async #withinTime(name: string, args: Record<string, unknown>): Promise<ToolAnswerText> {
    const { tools, guard, budgets, wall, signal } = this.#parts;
    const refusal = guard?.callRefusal(name, args);
    if (refusal) return { ok: false, text: refusal.message };
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), budgets.toolSeconds * 1000);
    const ended = AbortSignal.any([signal, wall.signal, late.signal]);
    const { promise, reject } = Promise.withResolvers<never>();
    const leave = () => reject(ended.reason);
    ended.addEventListener('abort', leave, { once: true });
    try {
      ended.throwIfAborted();
      return await Promise.race([tools.call(name, args, ended), promise]);
    } catch (error) {
      signal.throwIfAborted();
      if (wall.signal.aborted) return { ok: false, text: 'The time of the run is over.' };
      if (!late.signal.aborted) throw error;
      const text = `${name} took longer than ${budgets.toolSeconds} s; ask for less, or go on without it.`;
      return { ok: false, text };
    } finally {
      clearTimeout(timer);
      ended.removeEventListener('abort', leave);
    }
  }

  async #shown(name: string, { text, source }: ToolAnswerText): Promise<string> {
    const { shield, blobs, resultTokens } = this.#parts;
    // Before it is cut: what is cut in the middle hides what it holds, and the rest is read from the store.
    const bounded = await boundedText(shield.cleaned(text), resultTokens, blobs);
    return shield.wrapped({ source: source ? `${name}: ${source}` : name, text: bounded });
  }
}

function late({ minutes }: Budgets): LimitReached {
  return { kind: 'limit', limit: 'wall-clock', message: `The run may take ${minutes} minutes, which are over.` };
}
