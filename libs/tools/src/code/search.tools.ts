import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callsWithin, isSourcePath, listSymbols, parseSource, rangeOf, symbolAt } from '@headroom/source';
import { z } from 'zod';
import { paged, pageOf, paging } from '../paging.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import type { CodeSource } from './code.port.js';
import { visibleText } from '../visible.text.js';
import { CommitView } from './commit.view.js';
import { at, citedLine } from './code.fields.js';
import { filesWith, searchLines } from './ripgrep.js';

const GLOB_OF_CODE = '*.{ts,mts,cts,tsx,js,mjs,cjs,jsx}';

function searchText(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_search_text',
    title: 'Search text in code',
    description:
      'Lines of a repository that contain a text or match a regular expression. For syntax use code_search_structure.',
    input: z.object({
      ...at,
      pattern: z.string().min(1).max(500),
      regex: z.boolean().default(false).describe('pattern is a Rust regular expression'),
      ignore_case: z.boolean().default(false),
      glob: z.string().max(200).optional().describe('paths to look in, src/**/*.ts'),
      ...paging,
    }),
    output: z.object({ lines: z.array(citedLine), complete: z.boolean(), ...paged }),
    run: async ({ pattern, regex, ignore_case: ignoreCase, glob, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const dir = await source.files(view.repository, view.commit, signal);
      const { lines, complete } = await searchLines({ dir, pattern, regex, ignoreCase, glob, signal });
      const { page, ...rest } = pageOf(lines, input);
      const shown = page.map((each) => ({ ...each, text: visibleText(each.text) }));
      return { data: { lines: shown, complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

/** The longest name in a structural pattern that a file must contain to match it; undefined where it has none. */
function literalOf(pattern: string): string | undefined {
  const names = pattern.replaceAll(/\$+[A-Z_0-9]*/g, ' ').match(/[A-Za-z_][\w]{2,}/g) ?? [];
  return names.toSorted((a, b) => b.length - a.length)[0];
}

function searchStructure(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_search_structure',
    title: 'Search code by its syntax',
    description:
      'Code of TypeScript and JavaScript that matches an ast-grep pattern such as `new RegExp($A)` or `JSON.stringify($$$)`.',
    input: z.object({ ...at, pattern: z.string().min(1).max(500), glob: z.string().max(200).optional(), ...paging }),
    output: z.object({
      matches: z.array(
        z.object({ path: z.string(), line: z.int(), end_line: z.int(), symbol: z.string(), text: z.string() }),
      ),
      complete: z.boolean(),
      ...paged,
    }),
    run: async ({ pattern, glob, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const literal = literalOf(pattern);
      if (literal === undefined) {
        throw new ToolError(
          'The pattern holds no name of three letters or more, so every file would have to be read; add one.',
        );
      }
      const dir = await source.files(view.repository, view.commit, signal);
      const paths = (await filesWith({ dir, pattern: literal, glob: glob ?? GLOB_OF_CODE, signal })).filter(
        isSourcePath,
      );
      const matches = [];
      for (const path of paths.slice(0, MOST_PARSED)) {
        signal.throwIfAborted();
        const text = await readFile(join(dir, path), 'utf8');
        const symbols = listSymbols(text, path);
        for (const node of parseSource(text, path).findAll(pattern)) {
          const { start, end } = rangeOf(node);
          const symbol = symbolAt(symbols, start.line, start.column)?.name ?? '';
          matches.push({
            path,
            line: start.line,
            end_line: end.line,
            symbol,
            text: visibleText(node.text().slice(0, 500)),
          });
        }
      }
      const { page, ...rest } = pageOf(matches, input);
      const complete = paths.length <= MOST_PARSED;
      return { data: { matches: page, complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

/** Most files that one call parses. */
const MOST_PARSED = 1_500;

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/^#|~\d+$/g, '');
}

function findDefinition(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_find_definition',
    title: 'Find where a function is defined',
    description:
      'Definitions of a function, method or class by name (`write`, `Logger.write`), in TypeScript and JavaScript. All of them, when there are several.',
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
      const dir = await source.files(view.repository, view.commit, signal);
      const paths = await filesWith({ dir, pattern: lastName(name), glob: GLOB_OF_CODE, signal });
      const definitions = [];
      for (const path of paths.slice(0, MOST_PARSED)) {
        signal.throwIfAborted();
        for (const symbol of listSymbols(await readFile(join(dir, path), 'utf8'), path)) {
          if (symbol.name !== name && !symbol.name.endsWith(`.${name}`)) continue;
          const { id, kind, start, end } = symbol;
          definitions.push({ id, kind, path, line: start.line, end_line: end.line });
        }
      }
      const { page, ...rest } = pageOf(definitions, input);
      const complete = paths.length <= MOST_PARSED;
      return { data: { definitions: page, complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

function findCallers(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_find_callers',
    title: 'Find calls of a function',
    description:
      'Places that call a function of this name, with the function around each. By name, not by type: check the callee text.',
    input: z.object({ ...at, name: z.string().min(1).max(200), ...paging }),
    output: z.object({
      calls: z.array(z.object({ caller: z.string(), path: z.string(), line: z.int(), callee: z.string() })),
      complete: z.boolean(),
      ...paged,
    }),
    run: async ({ name, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const dir = await source.files(view.repository, view.commit, signal);
      const wanted = lastName(name);
      const paths = await filesWith({ dir, pattern: wanted, glob: GLOB_OF_CODE, signal });
      const calls = [];
      for (const path of paths.slice(0, MOST_PARSED)) {
        signal.throwIfAborted();
        const text = await readFile(join(dir, path), 'utf8');
        for (const symbol of listSymbols(text, path)) {
          if (!text.slice(symbol.start.offset, symbol.end.offset).includes(wanted)) continue;
          for (const call of callsWithin(text, path, symbol)) {
            if (call.name.replace(/^#/, '') !== wanted) continue;
            calls.push({ caller: symbol.id, path, line: call.line, callee: visibleText(call.text.slice(0, 200)) });
          }
        }
      }
      const { page, ...rest } = pageOf(calls, input);
      const complete = paths.length <= MOST_PARSED;
      return { data: { calls: page, complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

/** Tools that look for code. */
export function searchTools(source: CodeSource): AnyTool[] {
  return [searchText(source), searchStructure(source), findDefinition(source), findCallers(source)];
}
