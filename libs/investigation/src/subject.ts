import { sha256 } from '@headroom/contracts';
import { findSymbol, isSourcePath, symbolText } from '@headroom/source';

/** A function as it stands in a source text. */
export interface SubjectSource {
  path: string;
  /** 1-based, both included. */
  startLine: number;
  endLine: number;
  /** See {@link subjectContent}. */
  contentHash: string;
  source: string;
}

/**
 * Content hash of a function: sha256 of its source text, without what stands around it. What an opportunity is identified by, so that
 * the same code asked for twice is one case. Undefined where the text has no such function or its language is not supported.
 */
export function subjectContent(source: string, path: string, symbol: string): string | undefined {
  return subjectSource(source, path, symbol)?.contentHash;
}

/** A function in a source text, with its content hash. */
export function subjectSource(source: string, path: string, symbol: string): SubjectSource | undefined {
  if (!isSourcePath(path)) return undefined;
  const found = findSymbol(source, path, symbol);
  if (!found) return undefined;
  const text = symbolText(source, found);
  return { path, startLine: found.start.line, endLine: found.end.line, contentHash: sha256(text), source: text };
}
