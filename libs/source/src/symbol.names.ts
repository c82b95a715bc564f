import type { SgNode } from '@ast-grep/napi';

/** Appends a piece to a qualified name: identifiers with a dot, `["any text"]` and `[computed]` without. */
export function qualify(scope: string, piece: string): string {
  if (scope === '') return piece;
  return piece.startsWith('[') ? scope + piece : `${scope}.${piece}`;
}

/** The name piece of a property key, method name or binding identifier; undefined for patterns. */
export function pieceOf(key: SgNode | null): string | undefined {
  if (!key) return undefined;
  switch (String(key.kind())) {
    case 'identifier':
    case 'type_identifier':
    case 'property_identifier':
    case 'private_property_identifier':
    case 'shorthand_property_identifier_pattern':
      return key.text();
    case 'string':
      return pieceOfText(unquoted(key.text()));
    case 'number':
      return `[${key.text()}]`;
    case 'computed_property_name':
      return computedPiece(key.children().find((child) => child.isNamed()));
    default:
      return undefined;
  }
}

function computedPiece(inner: SgNode | undefined): string | undefined {
  if (!inner) return undefined;
  return inner.kind() === 'string' ? pieceOfText(unquoted(inner.text())) : bracketed(inner.text().replace(/\s+/g, ''));
}

function pieceOfText(text: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) ? text : bracketed(JSON.stringify(text));
}

const MAX_KEY_LENGTH = 100;

// A colon separates path and name of an identity, so inside a name it is written as JavaScript lets one write it.
function bracketed(text: string): string {
  const short = text.length > MAX_KEY_LENGTH ? `${text.slice(0, MAX_KEY_LENGTH - 1)}…` : text;
  return `[${short.replaceAll(':', '\\u003a')}]`;
}

function unquoted(text: string): string {
  return text.slice(1, -1);
}

/** What the left side of an assignment names: `handlers.get`, `this.run`, `exports.x`; undefined for patterns and calls. */
export interface AssignmentTarget {
  /** Pieces below the base, to be joined with {@link qualify}. Empty for `module.exports` itself. */
  readonly pieces: readonly string[];
  readonly base: 'name' | 'this' | 'exports';
}

/** Reads the left side of an assignment as a chain of names. */
export function targetOf(left: SgNode | null): AssignmentTarget | undefined {
  const pieces: string[] = [];
  let node = left;
  while (node && (node.kind() === 'member_expression' || node.kind() === 'subscript_expression')) {
    const piece =
      node.kind() === 'member_expression' ? pieceOf(node.field('property')) : indexPiece(node.field('index'));
    if (piece === undefined) return undefined;
    pieces.unshift(piece);
    node = node.field('object');
  }
  if (!node) return undefined;
  if (node.kind() === 'this') return pieces.length > 0 ? { base: 'this', pieces } : undefined;
  if (node.kind() !== 'identifier') return undefined;
  return namedTarget(node.text(), pieces);
}

function namedTarget(base: string, pieces: readonly string[]): AssignmentTarget {
  if (base === 'module' && pieces[0] === 'exports') return { base: 'exports', pieces: pieces.slice(1) };
  if (base === 'exports') return { base: 'exports', pieces };
  // `Shape.prototype.area = function` is the method that engines and readers call `Shape.area`.
  return { base: 'name', pieces: [base, ...pieces.filter((piece) => piece !== 'prototype')] };
}

function indexPiece(index: SgNode | null): string | undefined {
  if (!index) return undefined;
  return index.kind() === 'string' ? pieceOfText(unquoted(index.text())) : bracketed(index.text().replace(/\s+/g, ''));
}
