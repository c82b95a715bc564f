import { sha256 } from '@headroom/contracts';
import { listSymbols, SymbolIndex, type SourceSymbol } from '@headroom/source';

/** A source file of a commit. */
export interface SourceFile {
  text: string;
  lines: readonly string[];
  symbols: readonly SourceSymbol[];
  /** The symbols by name and place. */
  index: SymbolIndex;
}

/** Most characters of source text that are kept. */
const MOST_CHARACTERS = 20_000_000;

/** Source files that were parsed last, by path and content: the cases of a service look at the same code again and again. */
export class SourceMemory {
  readonly #files = new Map<string, SourceFile>();
  #characters = 0;

  /** A text with its symbols. */
  parsed(text: string, path: string): SourceFile {
    const key = `${sha256(text)} ${path}`;
    const known = this.#files.get(key);
    const file = known ?? parse(text, path);
    this.#files.delete(key);
    this.#files.set(key, file);
    if (!known) this.#characters += text.length;
    for (const [oldest, { text: old }] of this.#files) {
      if (this.#characters <= MOST_CHARACTERS) break;
      this.#files.delete(oldest);
      this.#characters -= old.length;
    }
    return file;
  }
}

function parse(text: string, path: string): SourceFile {
  const symbols = listSymbols(text, path);
  return { text, lines: text.split('\n'), symbols, index: new SymbolIndex(symbols) };
}
