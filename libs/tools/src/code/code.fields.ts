import type { CommitInfo } from '@headroom/workspace';
import { z } from 'zod';
import { visibleText } from '../visible.text.js';

/** Which code is meant. */
export const at = {
  repository: z.string().min(1).max(200),
  ref: z.string().max(250).optional().describe('commit, tag, branch; default base branch'),
};

/** Lines of a file. */
export const lines = {
  path: z.string().min(1).max(1000),
  symbol: z.string().max(500).optional().describe('function instead, Logger.write'),
  start_line: z.int().min(1).optional(),
  end_line: z.int().min(1).optional().describe('included'),
};

/** A line as it stands somewhere. */
export const citedLine = z.object({ path: z.string(), line: z.int(), text: z.string() });

/** A commit in a list. */
export const commit = z.object({
  commit: z.string(),
  title: z.string(),
  author: z.string(),
  committed_at: z.string(),
});

/** A commit as {@link commit} lists it. */
export function listed({ commit: id, title, author, committedAt }: CommitInfo): z.output<typeof commit> {
  return {
    commit: id,
    title: visibleText(title).slice(0, 300),
    author: visibleText(author.email || author.name).slice(0, 200),
    committed_at: committedAt,
  };
}
