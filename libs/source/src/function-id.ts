import { HeadroomError } from '@headroom/contracts';

/** Identity of a function: `repository-relative/path.ts:qualified.name`, without a line, so that it survives edits above it. */
export type FunctionId = string;

/** The two halves of a {@link FunctionId}. */
export interface FunctionIdParts {
  /** Repository-relative path of the source file, `/` between segments. */
  readonly path: string;
  /** Qualified name inside the file, as {@link SourceSymbol.name} spells it. */
  readonly symbol: string;
}

const EXAMPLE = 'src/logger.ts:Logger.write';

/** Joins a path and a qualified name. Throws `HEADROOM_FUNCTION_ID_INVALID` where {@link parseFunctionId} would refuse the result. */
export function formatFunctionId(parts: FunctionIdParts): FunctionId {
  const id = `${parts.path}:${parts.symbol}`;
  const problem = problemOf(id, parts.path, parts.symbol);
  if (problem) throw refusal(id, problem);
  return id;
}

/**
 * Splits a function identity at its colon. Neither half holds another one: a symbol writes it as `\u003a`.
 * Throws `HEADROOM_FUNCTION_ID_INVALID`, with an example in the message, for anything that is not an identity.
 */
export function parseFunctionId(id: string): FunctionIdParts {
  if (typeof id !== 'string') throw refusal(String(id), 'it is not a string');
  const colon = id.indexOf(':');
  if (colon < 0) throw refusal(id, 'the colon between path and name is missing');
  const path = id.slice(0, colon);
  const symbol = id.slice(colon + 1);
  const problem = problemOf(id, path, symbol);
  if (problem) throw refusal(id, problem);
  return { path, symbol };
}

function problemOf(id: string, path: string, symbol: string): string | undefined {
  if (/[\n\r\0]/.test(id)) return 'it holds a line break or a NUL character';
  if (path === '') return 'the path before the colon is empty';
  if (symbol === '') return 'the name after the colon is empty';
  if (path.includes(':')) return 'the path holds a colon';
  if (path.includes('\\')) return 'the path must use "/" between its segments';
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(id)) return 'the path must be relative to the repository';
  if (path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'the path must be normal: no empty, "." or ".." segment';
  }
  if (path !== path.trim() || symbol !== symbol.trim()) return 'there are blanks around the path or the name';
  if (/(^|:)\d+$/.test(symbol)) return 'an identity has a name and no line number';
  if (symbol.includes(':')) return 'the name holds a colon';
  return undefined;
}

function refusal(id: string, problem: string): HeadroomError {
  return new HeadroomError(
    `"${id}" does not identify a function: ${problem}. Write repository-relative/path:qualified.name, for example "${EXAMPLE}".`,
    { code: 'HEADROOM_FUNCTION_ID_INVALID', details: { id, problem } },
  );
}
