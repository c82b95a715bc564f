import {
  calleesOf,
  callersOf,
  chainsOf,
  diffCosts,
  functionCosts,
  type FunctionCost,
  type RelatedFunction,
} from '@headroom/profiling';
import type { Profile } from '@headroom/contracts';
import type { ChangeIndex } from '@headroom/indexes';
import { z } from 'zod';
import { paged, pageOf, paging } from '../paging.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import { between, windowOf } from '../window.js';
import { explainTool } from './explain.js';
import { costUnit, functionIn, inFirst, mergedProfiles, selectProfiles, type Selection } from './merged.profiles.js';
import type { ProfileSource } from './profile.port.js';

const service = z.string().min(1).max(200);
const selection = {
  service,
  deployment: z.string().max(200).optional(),
  environment: z.string().max(200).optional(),
  ...between,
};
const origin = z.enum(['first-party', 'third-party', 'runtime']);

function listProfiles(sources: readonly ProfileSource[]): AnyTool {
  return defineTool({
    name: 'profiling_list_profiles',
    title: 'List profiles',
    description: 'CPU profiles of a service, earliest first: what there is to compare.',
    input: z.object({ ...selection, ...paging }),
    output: z.object({
      profiles: z.array(
        z.object({
          deployment: z.string(),
          version: z.string(),
          environment: z.string(),
          started_at: z.string(),
          ended_at: z.string(),
          samples: z.int().optional(),
          cpu_seconds: z.number().optional(),
          units: z.number().optional(),
          rest_of_host_cores: z.number().optional(),
        }),
      ),
      ...paged,
    }),
    run: (input, { signal }) =>
      inFirst(sources, input.service, async (source) => {
        const found = await selectProfiles(source, input, signal);
        const { page, ...rest } = pageOf(found, input);
        const profiles = page.map((each) => ({
          deployment: each.deployment,
          version: each.version,
          environment: each.environment,
          started_at: each.startedAt,
          ended_at: each.endedAt,
          ...(each.samples !== undefined && { samples: each.samples }),
          ...(each.cpuSeconds !== undefined && { cpu_seconds: each.cpuSeconds }),
          ...(each.units !== undefined && { units: each.units }),
          ...(each.restOfHostCores !== undefined && { rest_of_host_cores: each.restOfHostCores }),
        }));
        return { data: { profiles, ...rest }, source: source.name, trust: 'untrusted', window: windowOf(input) };
      }),
  });
}

function topFunctions(sources: readonly ProfileSource[]): AnyTool {
  return defineTool({
    name: 'profiling_top_functions',
    title: 'Dearest functions',
    description: 'Functions of a service by cost: of all its profiles, a deployment, or a stretch of time.',
    input: z.object({
      ...selection,
      by: z.enum(['self', 'total']).default('self').describe('own code, or with all it calls'),
      first_party: z.boolean().default(false).describe('only code of the repository'),
      ...paging,
    }),
    output: z.object({
      unit: costUnit,
      merged_profiles: z.int(),
      functions: z.array(
        z.object({
          id: z.string(),
          origin,
          self: z.number(),
          total: z.number(),
          self_share: z.number(),
          total_share: z.number(),
          samples: z.int(),
        }),
      ),
      ...paged,
    }),
    run: (input, { signal }) =>
      inFirst(sources, input.service, async (source) => {
        const { stacks, work, unit, profiles, window } = await mergedProfiles(source, input, signal);
        const functions = functionCosts(stacks, work)
          .filter((each) => !input.first_party || each.origin === 'first-party')
          .sort((a, b) => b[input.by] - a[input.by] || (a.id < b.id ? -1 : 1))
          .map((each) => ({
            id: each.id,
            origin: each.origin,
            self: each.self,
            total: each.total,
            self_share: each.selfShare,
            total_share: each.totalShare,
            samples: each.totalSamples,
          }));
        const { page, ...rest } = pageOf(functions, input);
        const data = { unit, merged_profiles: profiles.length, functions: page, ...rest };
        return { data, source: source.name, trust: 'untrusted', window };
      }),
  });
}

function callTree(sources: readonly ProfileSource[]): AnyTool {
  const relative = z.object({ id: z.string(), origin, share: z.number(), distance: z.int() });
  return defineTool({
    name: 'profiling_call_tree',
    title: 'Call tree around a function',
    description: 'Who calls a function, what it calls, and its dearest call chains, with their share of the CPU.',
    input: z.object({
      ...selection,
      function: z.string().min(1).max(1024).describe('id of a function, or its name'),
      limit: z.int().min(1).max(100).default(20).describe('most entries of each list'),
    }),
    output: z.object({
      function: z.string(),
      callers: z.array(relative),
      callees: z.array(relative),
      chains: z.array(z.object({ frames: z.array(z.string()), share: z.number() })),
      total_callers: z.int(),
      total_callees: z.int(),
      total_chains: z.int(),
    }),
    run: (input, { signal }) =>
      inFirst(sources, input.service, async (source) => {
        const { stacks, window } = await mergedProfiles(source, input, signal);
        const id = functionIn(stacks, input.function);
        const busy = [...stacks.stacks].reduce((sum, { weight }) => sum + weight, 0);
        const shareOf = (weight: number): number => (busy > 0 ? weight / busy : 0);
        const shown = (all: readonly RelatedFunction[]): z.output<typeof relative>[] =>
          all.slice(0, input.limit).map((each) => ({
            id: each.id,
            origin: each.origin,
            share: shareOf(each.weight),
            distance: each.distance,
          }));
        const [callers, callees, chains] = [callersOf(stacks, id), calleesOf(stacks, id), chainsOf(stacks, id)];
        const data = {
          function: id,
          callers: shown(callers),
          callees: shown(callees),
          chains: chains
            .slice(0, input.limit)
            .map(({ frames, weight }) => ({ frames: [...frames], share: shareOf(weight) })),
          total_callers: callers.length,
          total_callees: callees.length,
          total_chains: chains.length,
        };
        return { data, source: source.name, trust: 'untrusted', window };
      }),
  });
}

/** One side of a comparison; nothing of it given = which is meant is not known. */
type Side = Pick<Selection, 'deployment' | 'from' | 'to'>;

function isGiven({ deployment, from, to }: Side): boolean {
  return deployment !== undefined || from !== undefined || to !== undefined;
}

function diffProfiles(sources: readonly ProfileSource[]): AnyTool {
  const change = { before: z.number(), after: z.number(), delta: z.number() };
  return defineTool({
    name: 'profiling_diff_profiles',
    title: 'Compare profiles',
    description: 'Functions that got dearer between two deployments or stretches of time, the largest rise first.',
    input: z.object({
      service,
      environment: selection.environment,
      before_deployment: selection.deployment,
      before_from: between.from,
      before_to: between.to,
      after_deployment: selection.deployment,
      after_from: between.from,
      after_to: between.to,
      ...paging,
    }),
    output: z.object({
      unit: costUnit,
      before_profiles: z.int(),
      after_profiles: z.int(),
      functions: z.array(z.object({ id: z.string(), ...change, self_delta: z.number() })),
      ...paged,
    }),
    run: (input, { signal }) =>
      inFirst(sources, input.service, async (source) => {
        const { service: name, environment } = input;
        const sides = {
          before: { deployment: input.before_deployment, from: input.before_from, to: input.before_to },
          after: { deployment: input.after_deployment, from: input.after_from, to: input.after_to },
        };
        if (!isGiven(sides.before) || !isGiven(sides.after)) {
          throw new ToolError(
            'Both sides must be given: before_deployment and after_deployment, or before_from, before_to, after_from and after_to.',
          );
        }
        const of = (side: Side) => mergedProfiles(source, { service: name, environment, ...side }, signal);
        const [before, after] = await Promise.all([of(sides.before), of(sides.after)]);
        const comparable = before.unit === 'cpu_seconds_per_unit' && after.unit === before.unit;
        const costs = (each: typeof before): FunctionCost[] =>
          functionCosts(each.stacks, comparable ? each.work : { cpuSeconds: 1, units: 1 });
        const functions = diffCosts(costs(before), costs(after)).map(({ id, self, total }) => ({
          id,
          before: total.before,
          after: total.after,
          delta: total.delta,
          self_delta: self.delta,
        }));
        const { page, ...rest } = pageOf(functions, input);
        const data = {
          unit: comparable ? ('cpu_seconds_per_unit' as const) : ('cpu_share' as const),
          before_profiles: before.profiles.length,
          after_profiles: after.profiles.length,
          functions: page,
          ...rest,
        };
        const window = { from: before.window.from, to: after.window.to };
        return { data, source: source.name, trust: 'untrusted', window };
      }),
  });
}

function costHistory(sources: readonly ProfileSource[]): AnyTool {
  return defineTool({
    name: 'profiling_cost_history',
    title: 'Cost of a function over deployments',
    description:
      'Cost of one function by deployment, earliest first. Above 0.2 rest_of_host_cores a deployment compares badly.',
    input: z.object({ ...selection, function: z.string().min(1).max(1024).describe('id of a function'), ...paging }),
    output: z.object({
      unit: costUnit,
      points: z.array(
        z.object({
          deployment: z.string(),
          version: z.string(),
          started_at: z.string(),
          cost: z.number(),
          samples: z.int(),
          rest_of_host_cores: z.number().optional(),
        }),
      ),
      ...paged,
    }),
    run: (input, { signal }) =>
      inFirst(sources, input.service, async (source) => {
        const all = await selectProfiles(source, input, signal);
        const deployments = [...new Set(all.map(({ deployment }) => deployment))];
        const { page, ...rest } = pageOf(deployments, input);
        const sides = await Promise.all(
          page.map((deployment) => mergedProfiles(source, { ...input, deployment }, signal)),
        );
        const comparable = sides.every(({ unit }) => unit === 'cpu_seconds_per_unit');
        if (!sides.some(({ stacks }) => stacks.frames.some(({ id }) => id === input.function))) {
          functionIn(sides.at(-1)!.stacks, input.function);
        }
        const points = sides.map(({ stacks, work, profiles }) => {
          const costs = functionCosts(stacks, comparable ? work : { cpuSeconds: 1, units: 1 });
          const found = costs.find(({ id }) => id === input.function);
          const busiest = Math.max(...profiles.map(({ restOfHostCores }) => restOfHostCores ?? -1));
          const { deployment, version, startedAt } = profiles[0]!;
          return {
            deployment,
            version,
            started_at: startedAt,
            cost: found?.total ?? 0,
            samples: found?.totalSamples ?? 0,
            ...(busiest >= 0 && { rest_of_host_cores: busiest }),
          };
        });
        const unit = comparable ? ('cpu_seconds_per_unit' as const) : ('cpu_share' as const);
        return { data: { unit, points, ...rest }, source: source.name, trust: 'untrusted', window: windowOf(input) };
      }),
  });
}

/**
 * Tools that look at profiles: those published to Headroom first, then those of other sources. With the changes of services also the
 * one that explains what the detector says of the published ones.
 */
export function profilingTools(
  own: ProfileSource<Profile>,
  changes?: ChangeIndex,
  others: readonly ProfileSource[] = [],
): AnyTool[] {
  const sources = [own as ProfileSource, ...others];
  const tools = [listProfiles, topFunctions, callTree, diffProfiles, costHistory].map((tool) => ({
    ...tool(sources),
    openWorld: others.length > 0,
  }));
  return changes ? [...tools, explainTool(own, changes)] : tools;
}
