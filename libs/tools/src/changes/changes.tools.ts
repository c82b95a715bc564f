import type { Change } from '@headroom/contracts';
import type { ChangeIndex } from '@headroom/indexes';
import type { CommitInfo } from '@headroom/workspace';
import { z } from 'zod';
import type { CodeSource } from '../code/index.js';
import { commit as commitFields } from '../code/code.fields.js';
import { visibleText } from '../visible.text.js';
import { deployedTo } from './deployed.to.js';
import { paged, pageOf, paging } from '../paging.js';
import { redactDeep } from '../redaction.deep.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import { between, windowOf } from '../window.js';

/** What the tools of this domain look at. */
export interface ChangesPort {
  index: ChangeIndex;
  /** Commits are named where there is one. */
  code?: CodeSource;
}

const MOST_COMMITS = 100;
const SOURCE = 'change.deployed events';

const setting = z.object({ key: z.string(), before: z.string().nullable(), after: z.string().nullable() });
const deployment = {
  deployment: z.string(),
  kind: z.enum(['code', 'config']),
  environment: z.string(),
  deployed_at: z.string(),
  commit: z.string().optional(),
  previous_commit: z.string().optional(),
  repository: z.string().optional(),
  author: z.string().optional(),
  settings: z.int(),
};

function listed(change: Change): z.output<z.ZodObject<typeof deployment>> {
  const { commit, previousCommit, repository, author } = change;
  return {
    deployment: change.deployment,
    kind: change.kind,
    environment: change.environment,
    deployed_at: change.deployedAt,
    ...(commit !== undefined && { commit }),
    ...(previousCommit !== undefined && { previous_commit: previousCommit }),
    ...(repository !== undefined && { repository }),
    ...(author !== undefined && { author: visibleText(author) }),
    settings: change.config?.length ?? 0,
  };
}

function listDeployments({ index }: ChangesPort): AnyTool {
  return defineTool({
    name: 'changes_list_deployments',
    title: 'What was deployed',
    description: 'Code and configuration that reached a service, newest first.',
    input: z.object({ service: z.string().min(1).max(200), ...between, ...paging }),
    output: z.object({ deployments: z.array(z.object(deployment)), ...paged }),
    run: async (input) => {
      const window = windowOf(input);
      const found = (await deployedTo(index, input.service, window)).reverse();
      const { page, ...rest } = pageOf(found.map(listed), input);
      return { data: { deployments: page, ...rest }, source: SOURCE, trust: 'untrusted', window };
    },
  });
}

/** Number of a pull request, as merge commits and squashed ones name it. */
export function pullRequestOf({ title, body }: Pick<CommitInfo, 'title' | 'body'>): number | undefined {
  const found =
    /^Merge (?:pull request|PR) #(\d+)/.exec(title) ??
    /\((?:#|!)(\d+)\)\s*$/.exec(title) ??
    /See merge request \S*!(\d+)/.exec(body);
  return found ? Number(found[1]) : undefined;
}

function getChange({ index, code }: ChangesPort): AnyTool {
  return defineTool({
    name: 'changes_get_change',
    title: 'What a deployment brought',
    description: `Commits (at most ${MOST_COMMITS}, with pull request and files) and settings of one deployment.`,
    input: z.object({ service: z.string().min(1).max(200), deployment: z.string().min(1).max(200) }),
    output: z.object({
      ...deployment,
      config: z.array(setting),
      commits: z.array(
        z.object({ ...commitFields.shape, pull_request: z.int().optional(), files: z.array(z.string()) }),
      ),
      complete: z.boolean(),
      problem: z.string().optional(),
    }),
    run: async (input, { signal }) => {
      const all = await deployedTo(index, input.service, windowOf({}));
      const change = all.find((each) => each.deployment === input.deployment);
      if (!change) {
        const known = all.slice(-8).map((each) => each.deployment);
        throw new ToolError(
          `${input.service.slice(0, 100)} has no deployment "${input.deployment.slice(0, 100)}"; the newest are ${known.join(', ')}.`,
        );
      }
      const brought = await commitsOf(change, code, signal);
      const data = { ...listed(change), config: redactDeep(change.config ?? []), ...brought };
      return { data, source: SOURCE, trust: 'untrusted' };
    },
  });
}

interface Brought {
  commits: (z.output<typeof commitFields> & { pull_request?: number; files: string[] })[];
  complete: boolean;
  problem?: string;
}

async function commitsOf(change: Change, code: CodeSource | undefined, signal: AbortSignal): Promise<Brought> {
  const nothing: Brought = { commits: [], complete: true };
  if (change.kind !== 'code' || change.commit === undefined) return nothing;
  const { repository, commit, previousCommit } = change;
  if (!code || repository === undefined || !code.repositories().includes(repository)) {
    return {
      ...nothing,
      complete: false,
      problem: `The repository ${repository ?? 'of this deployment'} is not configured here.`,
    };
  }
  if (previousCommit === undefined) {
    return { ...nothing, complete: false, problem: 'The deployment does not say what ran before.' };
  }
  try {
    const { mirror } = await code.open(repository, signal);
    const commits = (await mirror.commitsBetween(previousCommit, commit, MOST_COMMITS)).reverse();
    const told = [];
    for (const info of commits) {
      const files = (await mirror.changedLines(info.commit)).map(({ path }) => visibleText(path));
      const pull = pullRequestOf(info);
      told.push({
        commit: info.commit,
        title: visibleText(info.title).slice(0, 300),
        author: visibleText(info.author.email || info.author.name).slice(0, 200),
        committed_at: info.committedAt,
        ...(pull !== undefined && { pull_request: pull }),
        files: files.slice(0, 50),
      });
    }
    return { commits: told, complete: commits.length < MOST_COMMITS };
  } catch (error) {
    signal.throwIfAborted();
    return { ...nothing, complete: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Tools that look at what reached a service. */
export function changesTools(port: ChangesPort): AnyTool[] {
  return [listDeployments(port), getChange(port)];
}
