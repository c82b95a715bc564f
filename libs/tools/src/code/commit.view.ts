import { HeadroomError } from '@headroom/contracts';
import { isSourcePath, listSymbols, suggestNames, suggestSymbols, type SourceSymbol } from '@headroom/source';
import { ToolError } from '../tool.js';
import { visibleText } from '../visible.text.js';
import type { CodeRepository, CodeSource } from './code.port.js';

/** Largest file that is read, characters. */
const LARGEST_FILE = 4_000_000;

/** A repository at one commit. */
export class CommitView {
  readonly repository: CodeRepository;
  readonly commit: string;

  private constructor(repository: CodeRepository, commit: string) {
    this.repository = repository;
    this.commit = commit;
  }

  /** @param ref branch, tag or commit; absent = the base branch */
  static async open(
    source: CodeSource,
    { repository, ref }: { repository: string; ref?: string | undefined },
    signal: AbortSignal,
  ): Promise<CommitView> {
    const found = await source.open(repository, signal);
    try {
      return new CommitView(found, await found.mirror.resolve(ref ?? found.baseBranch));
    } catch (error) {
      if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_REF_UNKNOWN') throw error;
    }
    const fresh = await source.open(repository, signal, { fresh: true });
    return new CommitView(fresh, await fresh.mirror.resolve(ref ?? fresh.baseBranch));
  }

  /** For {@link ToolAnswer.source}. */
  get source(): string {
    return `git ${this.repository.name}@${this.commit.slice(0, 12)}`;
  }

  /**
   * Text of a file.
   * @throws ToolError for a path that is no file of text here
   */
  async text(path: string): Promise<string> {
    const text = await this.#read(path);
    if (text === undefined) throw new ToolError(await this.#missing(path));
    if (text.includes('\0'))
      throw new ToolError(`${path} is binary, or text that is not UTF-8, such as UTF-16; only UTF-8 can be read.`);
    if (text.length > LARGEST_FILE) {
      throw new ToolError(
        `${path} has ${text.length} characters, more than can be read; find lines with code_search_text.`,
      );
    }
    return text;
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return await this.repository.mirror.readFile(this.commit, path);
    } catch (error) {
      if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_GIT_OUTPUT_TOO_LARGE') throw error;
      throw new ToolError(`${path} is larger than 16 MiB; find lines with code_search_text.`, { cause: error });
    }
  }

  async #missing(path: string): Promise<string> {
    const shown = visibleText(path.slice(0, 200));
    if (path.startsWith('/') || path.split('/').includes('..')) {
      return `${shown} lies outside of the repository; paths begin at its root, as in src/index.ts.`;
    }
    const files = await this.repository.mirror.listFiles(this.commit);
    if (files.includes(path)) return `${shown} is a symbolic link; read the file that it leads to.`;
    const below = files.filter((each) => each.startsWith(`${path.replace(/\/$/, '')}/`));
    if (below.length > 0) {
      return `${shown} is a folder of ${below.length} files; give one of them, such as ${visibleText(below[0]!)}.`;
    }
    const name = path.slice(path.lastIndexOf('/') + 1);
    const same = files.filter((each) => each === name || each.endsWith(`/${name}`)).slice(0, 3);
    const near = same.length > 0 ? same : suggestNames(files.slice(0, 5000), path);
    const hint = near.length > 0 ? `did you mean ${visibleText(near.join(' or '))}?` : 'find it with code_search_text.';
    return `${this.repository.name} has no file ${shown} at ${this.commit.slice(0, 12)}; ${hint}`;
  }

  /**
   * A function of a file.
   * @throws ToolError where there is none of that name, naming near ones
   */
  async symbol(path: string, name: string): Promise<{ symbol: SourceSymbol; text: string }> {
    if (!isSourcePath(path)) {
      throw new ToolError(
        `The functions of ${path} are not known: its language is not one that is read; give start_line and end_line.`,
      );
    }
    const text = await this.text(path);
    const symbols = listSymbols(text, path);
    const symbol = symbols.find((each) => each.name === name);
    if (symbol) return { symbol, text };
    const near = suggestSymbols(symbols, name);
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'find it with code_find_definition.';
    throw new ToolError(`${path} has no function ${name.slice(0, 200)} at ${this.commit.slice(0, 12)}; ${hint}`);
  }

  /**
   * The lines that a caller means: of a function, or from start to end.
   * @throws ToolError for lines that the file does not have
   */
  async lines(
    path: string,
    wanted: { symbol?: string | undefined; start_line?: number | undefined; end_line?: number | undefined },
  ): Promise<{ text: string; startLine: number; endLine: number; lineCount: number }> {
    if (wanted.symbol !== undefined) {
      const { symbol, text } = await this.symbol(path, wanted.symbol);
      const lineCount = text.split('\n').length;
      return { text, startLine: symbol.start.line, endLine: symbol.end.line, lineCount };
    }
    const text = await this.text(path);
    const lineCount = text.replace(/\n$/, '').split('\n').length;
    const startLine = wanted.start_line ?? 1;
    const endLine = Math.min(wanted.end_line ?? lineCount, lineCount);
    if (startLine > lineCount)
      throw new ToolError(`${path} has ${lineCount} lines; start_line ${startLine} is behind them.`);
    if (endLine < startLine) throw new ToolError(`end_line ${endLine} is before start_line ${startLine}; swap them.`);
    return { text, startLine, endLine, lineCount };
  }
}
