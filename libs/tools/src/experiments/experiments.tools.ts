import { messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { entry, paged, pageOf, paging } from '../paging.js';
import { windowFields, statedWindowOf } from '../window.js';
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
      'Experiments and flags active on a service in a window, with exposure changes in it. Empty services: maybe any.',
    input: z.object({ service: z.string(), ...windowFields, ...paging }),
    output: z.object({ experiments: z.array(entry), notes: z.array(z.string()), ...paged }),
    openWorld,
    async run(input, { signal }) {
      const window = statedWindowOf(input);
      const asked = await Promise.allSettled(sources.map((each) => each.active(input.service, window, signal)));
      const found = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const failures = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      if (found.length === 0) throw failures[0];
      const missing = failures.map((each) => `not everything was found: ${messageOf(each)}`);
      const all = found.flatMap(({ experiments }) => experiments);
      const { page: items, ...page } = pageOf(all, input);
      return {
        data: {
          experiments: items.map((each) => ({ ...each })),
          notes: [...missing, ...found.flatMap(({ notes }) => notes)],
          ...page,
        },
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
    description: 'Effect of each variant on each metric (change: ratio against control), and the conclusion.',
    input: z.object({ id: z.string() }),
    output: z.looseObject({ id: z.string(), results: z.array(entry), notes: z.array(z.string()) }),
    openWorld,
    async run({ id }, { signal }) {
      for (const each of sources) {
        const found = await each.results(id, signal);
        if (!found) continue;
        const { source, ...data } = found;
        return { data: { ...data, results: data.results.map((each) => ({ ...each })) }, source, trust: 'untrusted' };
      }
      throw new ToolError(
        `No experiment "${id}" is known; take an id of experiments_list_active (flags have no results).`,
      );
    },
  });
}
