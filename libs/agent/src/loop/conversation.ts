import type { Anthropic } from '@anthropic-ai/sdk';
import { isThinking } from '../context/case.context.js';
import type { ModelContent } from '../ports.js';

/** The turns after the dossier. */
export class Conversation {
  #turns: Anthropic.MessageParam[] = [];

  get turns(): readonly Anthropic.MessageParam[] {
    return this.#turns;
  }

  /**
   * What the model said, as it said it: its thinking belongs to the answer. The API gives texts without a word, and messages that end
   * with thinking, and takes neither back.
   */
  said(content: readonly ModelContent[]): void {
    const worded = content.filter((block) => block.type !== 'text' || block.text.trim() !== '');
    const kept = worded.slice(0, worded.findLastIndex((block) => !isThinking(block)) + 1);
    if (kept.length > 0) this.#turns.push({ role: 'assistant', content: kept as Anthropic.ContentBlockParam[] });
  }

  answered(results: Anthropic.ToolResultBlockParam[]): void {
    this.#turns.push({ role: 'user', content: results });
  }

  /** A word of the loop itself. */
  told(text: string): void {
    this.#turns.push({ role: 'user', content: [{ type: 'text', text }] });
  }

  replaceBy(message: Anthropic.MessageParam): void {
    this.#turns = [message];
  }
}
