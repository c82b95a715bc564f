import type { Anthropic } from '@anthropic-ai/sdk';
import type { ModelContent } from '../ports.js';

/** The turns after the dossier. */
export class Conversation {
  #turns: Anthropic.MessageParam[] = [];

  get turns(): readonly Anthropic.MessageParam[] {
    return this.#turns;
  }

  /** What the model said, as it said it: its thinking belongs to the answer. */
  said(content: readonly ModelContent[]): void {
    if (content.length > 0) this.#turns.push({ role: 'assistant', content: content as Anthropic.ContentBlockParam[] });
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
