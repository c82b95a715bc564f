import { HeadroomError } from '@headroom/contracts';
import { parse, type SgNode } from '@ast-grep/napi';
import { grammarOf, SOURCE_EXTENSIONS } from './source.languages.js';

/** A place in a source text. */
export interface SourcePosition {
  /** 1-based line. */
  readonly line: number;
  /** 0-based column in UTF-16 code units, as engines and editors count. */
  readonly column: number;
  /** 0-based offset into the text in UTF-16 code units: `source.slice(start.offset, end.offset)`. */
  readonly offset: number;
}

/** A half-open range of a source text: `end` is the place after the last character. */
export interface SourceRange {
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/** Parses a source text. Never throws for bad syntax: the tree then covers what could be read. */
export function parseSource(source: string, path: string): SgNode {
  const language = grammarOf(path);
  if (language === undefined) {
    throw new HeadroomError(
      `The language of "${path}" is not supported: its extension must be one of ${SOURCE_EXTENSIONS.map((extension) => extension.slice(1)).join(', ')}.`,
      { code: 'HEADROOM_SOURCE_LANGUAGE_UNSUPPORTED', details: { path } },
    );
  }
  return parse(language, source).root();
}

/** The range of a syntax node, lines counted from 1. */
export function rangeOf(node: SgNode): SourceRange {
  const { start, end } = node.range();
  return {
    start: { line: start.line + 1, column: start.column, offset: start.index },
    end: { line: end.line + 1, column: end.column, offset: end.index },
  };
}

/** Whether the syntax of a source text is understood everywhere. False for a file whose language is not known. */
export function parsesWhole(source: string, path: string): boolean {
  return grammarOf(path) !== undefined && isWhole(parseSource(source, path));
}

/** Whether a tree has no place that was not understood, and none where the parser put in what is missing, such as a closing bracket. */
export function isWhole(root: SgNode): boolean {
  if (root.kind() === 'ERROR' || root.has({ rule: { kind: 'ERROR' } })) return false;
  return !root.findAll({ rule: { regex: '^$' } }).some((node) => node.parent() !== null && !mayBeEmpty(node));
}

/** Whether a node of no text is right: what a raw string of Go holds, and the end of an overload that stands on a line of its own. */
function mayBeEmpty(node: SgNode): boolean {
  return node.kind() === 'raw_string_literal_content' || node.parent()?.kind() === 'function_signature';
}
