import { messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { entry, paged, pageOf, paging } from '../paging.js';
import { windowFields, statedWindowOf } from '../window.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import { latestFirst, type ConfigurationSource } from './configuration.port.js';

/** Settings of one change in a list; all of them are in its diff. */
const LISTED_SETTINGS = 20;

/** The tools of the domain, over all sources together; none without a source. */
export function configurationTools(sources: readonly ConfigurationSource[]): AnyTool[] {
  return sources.length === 0 ? [] : [listTool(sources), diffTool(sources)];
}

function listTool(sources: readonly ConfigurationSource[]): AnyTool {
  return defineTool({
    name: 'configuration_list_changes',
    title: 'List configuration changes',
    description: 'Settings of a service that changed in a window: when, by whom, why; latest first.',
    input: z.object({ service: z.string().min(1).max(200), ...windowFields, ...paging }),
    output: z.object({ changes: z.array(entry), notes: z.array(z.string()), ...paged }),
    async run(input, { signal }) {
      const window = statedWindowOf(input);
      const asked = await Promise.allSettled(sources.map((each) => each.changes(input.service, window, signal)));
      const found = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const failures = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      if (found.length === 0) throw failures[0];
      const all = found.flatMap(({ changes }) => changes).sort(latestFirst);
      const { page: items, ...page } = pageOf(all, input);
      const changes = items.map((each) => ({
        ...each,
        settings: each.settings.slice(0, LISTED_SETTINGS),
        total_settings: each.settings.length,
      }));
      const missing = failures.map((each) => `not everything was found: ${messageOf(each)}`);
      return {
        data: { changes, notes: [...missing, ...found.flatMap(({ notes }) => notes)], ...page },
        source: found.map(({ source }) => source).join(', '),
        trust: 'untrusted',
        window,
      };
    },
  });
}

function diffTool(sources: readonly ConfigurationSource[]): AnyTool {
  return defineTool({
    name: 'configuration_get_diff',
    title: 'Get a configuration diff',
    description: 'One change of configuration_list_changes: all its settings before and after, and the text diff.',
    input: z.object({ id: z.string() }),
    output: z.looseObject({ id: z.string(), settings: z.array(entry), diff: z.string().optional() }),
    async run({ id }, { signal }) {
      const colon = id.indexOf(':');
      const source = sources.find(({ name }) => name === id.slice(0, colon));
      const found = await source?.change(id.slice(colon + 1), signal);
      if (!found) {
        throw new ToolError(`No configuration change "${id}" is known; take an id of configuration_list_changes.`);
      }
      const { source: from, ...data } = found;
      return {
        data: { ...data, settings: data.settings.map((each) => ({ ...each })) },
        source: from,
        trust: 'untrusted',
      };
    },
  });
}
