import type { SgNode } from '@ast-grep/napi';
import { isJavaScriptPath, languageNameOf, type LanguageName } from '@headroom/source';
import { endOf, kindOf, partsOf, startOf, type SourceTree } from './source.tree.js';

/** How a file is written, so that what is added to it looks the same. */
export interface TextLayout {
  /** Line ending. */
  readonly eol: string;
  /** One step of indentation. */
  readonly indent: string;
  /** `;`, or nothing where the file leaves them out. */
  readonly semicolon: string;
}

/** Reads line ending, indentation and semicolons off a file; LF, two blanks and semicolons where it does not show. */
export function layoutOf({ source, root, path }: SourceTree): TextLayout {
  return {
    eol: /\r\n/.test(source) ? '\r\n' : '\n',
    indent: indentStep(source),
    semicolon: isJavaScriptPath(path) && !usesSemicolons(root) ? '' : ';',
  };
}

function indentStep(source: string): string {
  const counts = new Map<string, number>();
  let before = '';
  for (const line of source.split(/\r?\n/)) {
    if (line.trim() === '' || /^\s*\*/.test(line)) continue;
    const here = /^[ \t]*/.exec(line)![0];
    if (here.length > before.length && here.startsWith(before)) {
      const step = here.slice(before.length);
      counts.set(step, (counts.get(step) ?? 0) + 1);
    }
    before = here;
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best?.[0] ?? '  ';
}

function usesSemicolons(root: SgNode): boolean {
  const kinds = ['expression_statement', 'lexical_declaration', 'import_statement', 'return_statement'];
  const statements = root.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } });
  const ended = statements.filter((statement) => statement.text().endsWith(';')).length;
  return ended * 2 >= statements.length;
}

/** Offset of the first character of the line that holds an offset. */
export function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the last character of a line, its line ending not counted. */
export function lineEnd(source: string, offset: number): number {
  const newline = source.indexOf('\n', offset);
  if (newline < 0) return source.length;
  return source[newline - 1] === '\r' && newline > offset ? newline - 1 : newline;
}

/** Blanks at the start of the line that holds an offset. */
export function indentAt(source: string, offset: number): string {
  return /^[ \t]*/.exec(source.slice(lineStart(source, offset)))![0];
}

/** Kinds of literals that may go over several lines. */
const TEXT_KINDS: Readonly<Record<LanguageName, readonly string[]>> = {
  typescript: ['template_string', 'string'],
  javascript: ['template_string', 'string'],
  python: ['string'],
  go: ['raw_string_literal'],
  java: ['string_literal'],
};

/**
 * Text of a range with its second and later lines moved from one indentation to another. Lines that begin inside a string or
 * template are left alone: their blanks are content.
 */
export function reindented(tree: SourceTree, start: number, end: number, from: string, to: string): string {
  const { source } = tree;
  const kinds = TEXT_KINDS[languageNameOf(tree.path) ?? 'javascript'];
  const literals = tree.root.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } });
  const spans = literals.map((node) => [startOf(node), endOf(node)] as const).filter(([s, e]) => s < end && e > start);
  let text = '';
  let at = start;
  while (at < end) {
    const newline = source.indexOf('\n', at);
    const stop = newline < 0 || newline >= end ? end : newline + 1;
    const isContent = at === start || spans.some(([s, e]) => s < at && at < e);
    const line = source.slice(at, stop);
    text += isContent || line.trim() === '' || !line.startsWith(from) ? line : to + line.slice(from.length);
    at = stop;
  }
  return text;
}

/** Whether a statement that ends without a semicolon would go on with what stands behind it. */
export function goesOn(follows: string): boolean {
  return /^\s*[([`/+\-*,.]/.test(follows);
}

// Where semicolons are left out, one at the start of a line belongs to the statement before it, as grammars see it.
const STRAY_SEMICOLON = /\s*\n\s*;$/;

/** Offset behind a statement, a semicolon at the start of a later line not counted: it keeps that line from going on with the statement. */
export function endOfStatement(node: SgNode): number {
  return endOf(node) - (STRAY_SEMICOLON.exec(node.text())?.[0].length ?? 0);
}

/** Edit that adds lines of module-level code behind the imports of a file. */
export function moduleInsertion(tree: SourceTree, lines: readonly string[], layout: TextLayout): TextEdit {
  const { source } = tree;
  const { eol } = layout;
  const blockBefore = (offset: number): string =>
    lines.join(eol) + (layout.semicolon === '' && goesOn(source.slice(offset)) ? ';' : '') + eol;
  const anchor = lastOfHead(tree);
  if (!anchor) {
    // A mark of UTF-8 stays in front.
    const start = source.startsWith('\uFEFF') ? 1 : 0;
    return { start, end: start, text: blockBefore(start) + (source === '' ? '' : eol) };
  }
  const after = endOfStatement(anchor);
  const end = lineEnd(source, after);
  const rest = source.slice(after, end);
  if (!/^[ \t;]*(?:\/\/.*|\/\*[^*]*\*\/[ \t]*)?$/.test(rest)) {
    return { start: after, end: after, text: eol + eol + blockBefore(after) };
  }
  if (end === source.length) return { start: end, end, text: eol + eol + blockBefore(end) };
  const next = source.indexOf('\n', end) + 1;
  const followedByBlank = next >= source.length || /^[ \t]*\r?\n/.test(source.slice(next));
  return { start: next, end: next, text: eol + blockBefore(next) + (followedByBlank ? '' : eol) };
}

/** Replacement of a range of a text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Texts that must stay at the top of a file: pragmas for tools, and licences. */
const HEADER_COMMENT =
  /^\/\*!|^\/\/\/\s*<|@ts-|@flow|@jsx|eslint-|oxlint-|biome-|prettier-|istanbul|copyright|licen[cs]e|spdx/i;

/** The last node of a file's head: `#!`, directives, licence, imports and top-level `require` bindings. */
function lastOfHead({ source, root }: SourceTree): SgNode | undefined {
  let anchor: SgNode | undefined;
  let sawImport = false;
  const nodes = root.children();
  for (const [index, node] of nodes.entries()) {
    if (node.kind() === 'comment') {
      const next = nodes[index + 1];
      const gap = next ? source.slice(endOf(node), startOf(next)) : '\n\n';
      const isHeader = HEADER_COMMENT.test(node.text()) || /\n[ \t]*\r?\n/.test(gap);
      if (!sawImport && isHeader) anchor = node;
      continue;
    }
    if (node.kind() === ';') continue;
    if (!belongsToHead(node)) break;
    sawImport ||= node.kind() !== 'hash_bang_line' && !isDirective(node);
    anchor = node;
  }
  return anchor;
}

function belongsToHead(node: SgNode): boolean {
  const kind = kindOf(node);
  if (kind === 'hash_bang_line' || kind === 'import_statement' || isDirective(node)) return true;
  if (kind === 'export_statement') return node.field('source') !== null;
  if (kind !== 'lexical_declaration' && kind !== 'variable_declaration') return false;
  return partsOf(node).every((declarator) => /^require\s*\(/.test(declarator.field('value')?.text() ?? ''));
}

function isDirective(node: SgNode): boolean {
  return node.kind() === 'expression_statement' && partsOf(node)[0]?.kind() === 'string';
}
