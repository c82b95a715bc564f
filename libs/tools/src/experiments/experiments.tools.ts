import { messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { pageOf } from '../outside/page.js';
import { windowFields, windowOf } from '../outside/window.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import type { ExperimentSource } from './experiments.port.js';

/** The tools of the domain, over all sources together; none without a source. */
export function experimentsTools(sources: readonly ExperimentSource[]): AnyTool[] {
  if (sources.length === 0) return [];
  const openWorld = sources.some(({ name }) => name !== 'files');
  return [listTool(sources, openWorld), resultsTool(sources, openWorld)];
}

function listTool(sources: readonly ExperimentSource[], openWorld: boolean): AnyTool {
  return defineTool({
    name: 'experiments_list_active',
    title: 'List active experiments',
    description:
      'Experiments and feature flags active on a service in a window, with changes of exposure in it. An empty services means any service.',
    input: z.object({
      service: z.string().min(1).max(200),
      ...windowFields,
      cursor: z.string().max(200).optional(),
      limit: z.int().min(1).max(100).default(20),
    }),
    output: z.object({
      experiments: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          kind: z.enum(['experiment', 'flag']),
          status: z.string(),
          services: z.array(z.string()),
          start: z.string().optional(),
          end: z.string().optional(),
          owner: z.string().optional(),
          variants: z.array(z.object({ id: z.string(), name: z.string(), weight: z.number().optional() })),
          exposure: z.array(z.object({ at: z.string(), change: z.string() })),
        }),
      ),
      notes: z.array(z.string()),
      total: z.int(),
      next_cursor: z.string().optional(),
    }),
    openWorld,
    async run(input, { signal }) {
      const window = windowOf(input);
      const asked = await Promise.allSettled(sources.map((each) => each.active(input.service, window, signal)));
      const found = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const failures = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      if (found.length === 0) throw failures[0];
      const missing = failures.map((each) => `not everything was found: ${messageOf(each)}`);
      const all = found.flatMap(({ experiments }) => experiments);
      const { items, ...page } = pageOf(all, input.cursor, input.limit);
      return {
        data: { experiments: items, notes: [...missing, ...found.flatMap(({ notes }) => notes)], ...page },
        source: found.map(({ source }) => source).join(', '),
        trust: 'untrusted',
        window,
      };
    },
  });
}

function resultsTool(sources: readonly ExperimentSource[], openWorld: boolean): AnyTool {
  return defineTool({
    name: 'experiments_get_results',
    title: 'Get results of an experiment',
    description: 'Effect of each variant on each metric, and what people concluded. Changes are ratios against control.',
    input: z.object({ id: z.string().min(1).max(200).describe('Of experiments_list_active') }),
    output: z.object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      updated_at: z.string().optional(),
      conclusion: z.string().optional(),
      results: z.array(
        z.object({
          metric: z.string(),
          variant: z.string(),
          users: z.number().optional(),
          mean: z.number().optional(),
          change: z.number().optional(),
          ci_low: z.number().optional(),
          ci_high: z.number().optional(),
          p_value: z.number().optional(),
          chance_to_beat_control: z.number().optional(),
        }),
      ),
      notes: z.array(z.string()),
    }),
    openWorld,
    async run({ id }, { signal }) {
      for (const each of sources) {
        const found = await each.results(id, signal);
        if (!found) continue;
        const { source, ...data } = found;
        return { data, source, trust: 'untrusted' };
      }
      throw new ToolError(`No experiment "${id}" is known; take an id of experiments_list_active (flags have no results).`);
    },
  });
}
