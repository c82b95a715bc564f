import { codeOwners, recentAuthors } from '@headroom/workspace';
import { z } from 'zod';
import { paged, pageOf, paging } from '../paging.js';
import { defineTool, type AnyTool } from '../tool.js';
import { at, commit as commitFields, lines as lineFields, listed } from './code.fields.js';
import type { CodeSource } from './code.port.js';
import { visibleText } from '../visible.text.js';
import { CommitView } from './commit.view.js';

/** Most lines of one answer. */
const MOST_LINES = 800;
/** Most commits that one history goes back. */
const MOST_COMMITS = 200;

function readRange(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_read_range',
    title: 'Read code',
    description: `Lines of a file, or one function; at most ${MOST_LINES}, next_line goes on.`,
    input: z.object({ ...at, ...lineFields }),
    output: z.object({
      path: z.string(),
      commit: z.string(),
      start_line: z.int(),
      end_line: z.int(),
      line_count: z.int(),
      next_line: z.int().optional(),
      text: z.string(),
    }),
    run: async ({ path, symbol, start_line, end_line, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const found = await view.lines(path, { symbol, start_line, end_line });
      const last = Math.min(found.endLine, found.startLine + MOST_LINES - 1);
      const text = found.text
        .split('\n')
        .slice(found.startLine - 1, last)
        .join('\n');
      const data = {
        path,
        commit: view.commit,
        start_line: found.startLine,
        end_line: last,
        line_count: found.lineCount,
        ...(last < found.endLine && { next_line: last + 1 }),
        // The line breaks of another system are no signs that would act.
        text: visibleText(text.replaceAll(/\r$/gm, '')),
      };
      return { data, source: view.source, trust: 'untrusted' };
    },
  });
}

function blameLines(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_blame_lines',
    title: 'Who wrote these lines',
    description: 'Commit and author of each line; moved and copied lines go back to who first wrote them.',
    input: z.object({ ...at, ...lineFields }),
    output: z.object({
      lines: z.array(z.object({ line: z.int(), commit: z.string(), author: z.string(), authored_at: z.string() })),
      next_line: z.int().optional(),
    }),
    run: async ({ path, symbol, start_line, end_line, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const found = await view.lines(path, { symbol, start_line, end_line });
      const endLine = Math.min(found.endLine, found.startLine + MOST_LINES / 4 - 1);
      const blamed = await view.repository.mirror.blame(view.commit, path, { startLine: found.startLine, endLine });
      const lines = blamed.map(({ line, commit, author, authoredAt }) => ({
        line,
        commit,
        author: visibleText(author.email || author.name),
        authored_at: authoredAt,
      }));
      const next = endLine < found.endLine ? { next_line: endLine + 1 } : {};
      return { data: { lines, ...next }, source: view.source, trust: 'untrusted' };
    },
  });
}

function logRange(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_log_range',
    title: 'Commits that changed these lines',
    description: `Commits that changed a file, function or lines, newest first; at most ${MOST_COMMITS}.`,
    input: z.object({ ...at, ...lineFields, ...paging }),
    output: z.object({ commits: z.array(commitFields), complete: z.boolean(), ...paged }),
    run: async ({ path, symbol, start_line, end_line, ...input }, { signal }) => {
      const view = await CommitView.open(source, input, signal);
      const whole = symbol === undefined && start_line === undefined && end_line === undefined;
      const found = await view.lines(path, { symbol, start_line, end_line });
      const { mirror } = view.repository;
      const commits = await mirror.commitsOf(view.commit, path, MOST_COMMITS, whole ? undefined : found);
      const { page, ...rest } = pageOf(commits.map(listed), input);
      const complete = commits.length < MOST_COMMITS;
      return { data: { commits: page, complete, ...rest }, source: view.source, trust: 'untrusted' };
    },
  });
}

function findOwners(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_find_owners',
    title: 'Who owns this code',
    description: 'By CODEOWNERS of the base branch, then recent authors, else the team.',
    input: z.object({ repository: at.repository, ...lineFields }),
    output: z.object({ owners: z.array(z.object({ who: z.string(), why: z.string() })) }),
    run: async ({ repository, path, symbol, start_line, end_line }, { signal }) => {
      const view = await CommitView.open(source, { repository }, signal);
      const found = await view.lines(path, { symbol, start_line, end_line });
      const { mirror, team } = view.repository;
      const range = {
        path,
        startLine: found.startLine,
        endLine: Math.min(found.endLine, found.startLine + MOST_LINES),
      };
      const named = await codeOwners(mirror, view.commit, path);
      const known = new Set(named.map(({ who }) => who));
      const authors = (await recentAuthors(mirror, view.commit, range)).filter(({ who }) => !known.has(who));
      const owners = [...named, ...authors];
      const data = { owners: owners.length > 0 ? owners : [{ who: team, why: 'team of the service' }] };
      return { data, source: view.source, trust: 'untrusted' };
    },
  });
}

/** Tools that read code and its history. */
export function historyTools(source: CodeSource): AnyTool[] {
  return [readRange(source), blameLines(source), logRange(source), findOwners(source)];
}
