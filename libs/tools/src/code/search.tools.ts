import { callsIn, listSymbols, parseSource, rangeOf, symbolAt } from '@headroom/source';
import type { SgNode } from '@ast-grep/napi';
import { messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { paged, pageOf, paging } from '../paging.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import type { CodeSource } from './code.port.js';
import { visibleText } from '../visible.text.js';
import { CommitView } from './commit.view.js';
import { at, citedLine } from './code.fields.js';
import { searchLines } from './ripgrep.js';
import { withoutSecrets } from './search.secrets.js';
import { sourceFiles } from './source.files.js';

function searchText(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_search_text',
    title: 'Search text in code',
    description: 'Lines that contain a text or match a regular expression. For syntax use code_search_structure.',
    input: z.object({
      ...at,
      pattern: z.string().min(1).max(500),
      regex: z.boolean().default(false).describe('Rust regular expression'),
      ignore_case: z.boolean().default(false),
      glob: z.string().max(200).optional().describe('src/**/*.ts'),
      ...paging,
    }),
    output: z.object({ lines: z.array(citedLine), complete: z.boolean(), ...paged }),
    run: async ({ pattern, regex, ignore_case: ignoreCase, glob, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const dir = await source.files(view.repository, view.commit, signal);
      const search = { pattern, regex, ignoreCase, signal };
      const found = await searchLines({ dir, glob, ...search });
      const { complete } = found;
      const lines = await withoutSecrets(found.lines, search);
      const { page, ...rest } = pageOf(lines, input);
      const shown = page.map(({ path, line, text }) => ({ path: visibleText(path), line, text: visibleText(text) }));
      return { data: { lines: shown, complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

/** The longest name in a structural pattern, which a file must contain to match it; undefined where it has none. */
function literalOf(pattern: string): string | undefined {
  const names = pattern.replaceAll(/\$+[A-Z_0-9]*/g, ' ').match(/[A-Za-z_][\w]{2,}/g) ?? [];
  return names.toSorted((a, b) => b.length - a.length)[0];
}

function searchStructure(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_search_structure',
    title: 'Search code by its syntax',
    description:
      'Code of JavaScript, TypeScript, Python, Go and Java that matches an ast-grep pattern: `new RegExp($A)`. Not complete: narrow glob.',
    input: z.object({ ...at, pattern: z.string().min(1).max(500), glob: z.string().max(200).optional(), ...paging }),
    output: z.object({
      matches: z.array(
        z.object({ path: z.string(), line: z.int(), end_line: z.int(), symbol: z.string(), text: z.string() }),
      ),
      complete: z.boolean(),
      ...paged,
    }),
    run: async ({ pattern, glob, ...input }, { signal }) => {
      assertPattern(pattern);
      const view = await CommitView.open(source, input, signal);
      const found = await sourceFiles(source, view, { containing: literalOf(pattern), glob }, signal);
      const matches = [];
      for await (const { path, text } of found.files()) {
        const symbols = listSymbols(text, path);
        for (const node of matchesOf(pattern, text, path)) {
          const { start, end } = rangeOf(node);
          const symbol = symbolAt(symbols, start.line, start.column)?.name ?? '';
          matches.push({
            path: visibleText(path),
            line: start.line,
            end_line: end.line,
            symbol: visibleText(symbol),
            text: visibleText(node.text().slice(0, 500)),
          });
        }
      }
      const { page, ...rest } = pageOf(matches, input);
      return { data: { matches: page, complete: found.complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

/**
 * The parts of a text that match. A pattern of JSX is none in TypeScript, and has no matches there.
 */
function matchesOf(pattern: string, text: string, path: string): SgNode[] {
  try {
    return parseSource(text, path).findAll(pattern);
  } catch {
    return [];
  }
}

/** @throws ToolError for a pattern that is code of none of the languages */
function assertPattern(pattern: string): void {
  let reason = '';
  for (const path of ['pattern.ts', 'pattern.tsx', 'pattern.js', 'pattern.py', 'pattern.go', 'pattern.java']) {
    try {
      parseSource('', path).findAll(pattern);
      if (parseSource(pattern, path).find({ rule: { kind: 'ERROR' } }) === null) return;
      reason = 'it has a syntax error';
    } catch (error) {
      reason = messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 200);
    }
  }
  throw new ToolError(
    `The pattern is not one piece of code that parses (${reason}); write one expression or statement, $A for any one part.`,
  );
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/^#|~\d+$/g, '');
}

/** Whether a symbol is meant by a name: all of it, or its last parts; a second one of the same name in a file has a number. */
function isCalled(symbol: string, name: string): boolean {
  const plain = name.includes('~') ? symbol : symbol.replace(/~\d+$/, '');
  return plain === name || plain.endsWith(`.${name}`) || plain.endsWith(`.#${name}`);
}

function findDefinition(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_find_definition',
    title: 'Find where a function is defined',
    description: 'All definitions of a function, method or class by name (`Logger.write`).',
    input: z.object({ ...at, name: z.string().min(1).max(200), ...paging }),
    output: z.object({
      definitions: z.array(
        z.object({ id: z.string(), kind: z.string(), path: z.string(), line: z.int(), end_line: z.int() }),
      ),
      complete: z.boolean(),
      ...paged,
    }),
    run: async ({ name, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const found = await sourceFiles(source, view, { containing: lastName(name) }, signal);
      const definitions = [];
      for await (const { path, text } of found.files()) {
        for (const { id, name: symbol, kind, start, end } of listSymbols(text, path)) {
          if (!isCalled(symbol, name)) continue;
          definitions.push({
            id: visibleText(id),
            kind,
            path: visibleText(path),
            line: start.line,
            end_line: end.line,
          });
        }
      }
      const { page, ...rest } = pageOf(definitions, input);
      return {
        data: { definitions: page, complete: found.complete, ...rest },
        source: view.source,
        trust: 'untrusted',
      };
    },
  });
}

function findCallers(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_find_callers',
    title: 'Find calls of a function',
    description: 'Calls of a function by name, not by type (check callee), with the function around each.',
    input: z.object({ ...at, name: z.string().min(1).max(200), ...paging }),
    output: z.object({
      calls: z.array(z.object({ caller: z.string(), path: z.string(), line: z.int(), callee: z.string() })),
      complete: z.boolean(),
      ...paged,
    }),
    run: async ({ name, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const wanted = lastName(name);
      const found = await sourceFiles(source, view, { containing: wanted }, signal);
      const calls = [];
      for await (const { path, text } of found.files()) {
        for (const { caller, call } of callsIn(text, path, (_, callee) => callee.replace(/^#/, '') === wanted)) {
          const callee = visibleText(call.text.slice(-200));
          calls.push({ caller: visibleText(caller.id), path: visibleText(path), line: call.line, callee });
        }
      }
      const { page, ...rest } = pageOf(calls, input);
      return { data: { calls: page, complete: found.complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

/** Tools that look for code. */
export function searchTools(source: CodeSource): AnyTool[] {
  return [searchText(source), searchStructure(source), findDefinition(source), findCallers(source)];
}
