import { HeadroomError } from '@headroom/contracts';
import { suggestNames } from '@headroom/source';
import type { ChangedFile, CommitInfo, GitMirror } from '@headroom/workspace';
import { z } from 'zod';
import { paged, pageOf, paging } from '../paging.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import { redactBeforeCut } from '../redaction.js';
import { visibleText } from '../visible.text.js';
import { at, commit as commitFields, listed } from './code.fields.js';
import type { CodeSource } from './code.port.js';
import { CommitView } from './commit.view.js';

/** Most bytes of the diff of one page. */
const MOST_BYTES = 2_000_000;
const LONGEST_BODY = 4_000;
/** Most characters of a diff in one answer. */
const LONGEST_DIFF = 30_000;

const file = z.object({
  path: z.string(),
  old_path: z.string().optional(),
  added: z.int().optional(),
  removed: z.int().optional(),
});

function shownFile({ path, oldPath, added, removed }: ChangedFile): z.output<typeof file> {
  return {
    path: visibleText(path),
    ...(oldPath !== undefined && { old_path: visibleText(oldPath) }),
    ...(added !== undefined && { added, removed }),
  };
}

/** The text of a commit's message; what is cut off is said. */
function bodyOf({ body }: CommitInfo): string {
  const text = redactBeforeCut(visibleText(body)).text;
  if (text.length <= LONGEST_BODY) return text;
  return `${text.slice(0, LONGEST_BODY)}… (${text.length - LONGEST_BODY} characters more)`;
}

async function diffOf(
  mirror: GitMirror,
  base: string | undefined,
  commit: string,
  files: readonly ChangedFile[],
): Promise<string | undefined> {
  // Without any path git would show them all.
  if (files.length === 0) return '';
  // A rename is one only where both of its paths are looked at.
  const paths = files.flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [oldPath, path]));
  try {
    // A caller chooses where it is cut.
    return redactBeforeCut(visibleText(await mirror.diff(base, commit, { paths, maxBytes: MOST_BYTES }))).text;
  } catch (error) {
    if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_GIT_OUTPUT_TOO_LARGE') throw error;
    return undefined;
  }
}

type Page = ReturnType<typeof pageOf<ChangedFile>>;

/** The page that was asked for, or the part of it whose diff is not too large. */
async function pageWithDiff(
  files: readonly ChangedFile[],
  asked: Parameters<typeof pageOf>[1],
  diffOfPage: (page: readonly ChangedFile[]) => Promise<string | undefined>,
): Promise<Page & { diff: string; left_out?: string[] }> {
  for (let limit = asked.limit; ; limit = Math.ceil(limit / 4)) {
    const found = pageOf(files, { ...asked, limit });
    const diff = await diffOfPage(found.page);
    if (diff !== undefined) return { ...found, diff };
    if (found.page.length > 1) continue;
    const path = visibleText(found.page[0]!.path);
    const left = `The diff of ${path} is larger than ${MOST_BYTES / 1e6} MB; read lines of it with code_read_range.`;
    return { ...found, diff: '', left_out: [left] };
  }
}

function only(files: readonly ChangedFile[], path: string, commit: string): ChangedFile[] {
  const found = files.filter((each) => each.path === path || each.oldPath === path);
  if (found.length > 0) return found;
  const paths = files.map((each) => each.path);
  const near = suggestNames(paths.slice(0, 5_000), path);
  const some = near.length > 0 ? near : paths.slice(0, 3);
  const hint = some.length > 0 ? `it changed ${some.map(visibleText).join(', ')}` : 'it changed no file';
  throw new ToolError(
    `${commit.slice(0, 12)} did not change ${visibleText(path.slice(0, 200))}; ${hint}${paths.length > some.length ? ` among ${paths.length} files` : ''}.`,
  );
}

/** What a commit changed, or what differs between two. */
export function diffChange(source: CodeSource): AnyTool {
  return defineTool({
    name: 'code_diff_change',
    title: 'What a commit changed',
    description: 'Message, files and diff of a commit, against its parent or another; paged by file.',
    input: z.object({
      repository: at.repository,
      commit: z.string().min(1).max(250),
      from: z.string().max(250).optional().describe('default the parent'),
      path: z.string().max(1000).optional(),
      offset: z.int().min(0).default(0).describe('characters of the diff to skip'),
      ...paging,
    }),
    output: z.object({
      ...commitFields.shape,
      body: z.string(),
      files: z.array(file),
      diff: z.string(),
      diff_total: z.int(),
      next_offset: z.int().optional(),
      left_out: z.array(z.string()).optional(),
      ...paged,
    }),
    run: async ({ repository, commit, from, path, offset, ...input }, { signal }) => {
      const view = await CommitView.open(source, { repository, ref: commit }, signal);
      const { mirror } = view.repository;
      const info = (await mirror.commitsBetween(undefined, view.commit, 1))[0]!;
      const base = from === undefined ? info.parents[0] : await mirror.resolve(from);
      const all = await mirror.changedFiles(base, view.commit);
      const files = path === undefined ? all : only(all, path, view.commit);
      const { page, diff, ...rest } = await pageWithDiff(files, input, (some) =>
        diffOf(mirror, base, view.commit, some),
      );
      if (offset > 0 && offset >= diff.length) {
        throw new ToolError(`offset ${offset} is behind the end; the diff of this page has ${diff.length} characters.`);
      }
      const next = offset + LONGEST_DIFF;
      const data = {
        ...listed(info),
        body: bodyOf(info),
        files: page.map(shownFile),
        diff: diff.slice(offset, next),
        diff_total: diff.length,
        ...(next < diff.length && { next_offset: next }),
        ...rest,
      };
      return { data, source: view.source, trust: 'untrusted' };
    },
  });
}
