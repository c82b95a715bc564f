import type { Change, HeadroomEvent, Profile } from '@headroom/contracts';
import {
  assess,
  emptyMemory,
  judgedHistory,
  rememberChange,
  rememberProfile,
  type FilterName,
  type SeriesAssessment,
  type ServiceMemory,
} from '@headroom/detection';
import type { ChangeIndex } from '@headroom/indexes';
import { z } from 'zod';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import { windowOf } from '../window.js';
import { selectProfiles } from './merged.profiles.js';
import type { ProfileSource } from './profile.port.js';

/** Most profiles that are judged again, the newest ones. */
const MOST_PROFILES = 400;
/** Every removal is listed: the function that is asked for may be the last one. */
const ALL = 1_000_000;

/** What each filter stands for, in words. */
const MEANING: Readonly<Record<FilterName, string>> = {
  replicates: 'the deployment does not count',
  'enough-history': 'there are too few quiet deployments to judge it',
  significant: 'no rise stands out from its own noise',
  settled: 'the rise is too young: more deployments have to confirm it',
  'service-share': 'the rise is too small a part of the service',
  'between-deployments': 'the rise is within what deployments differ by anyway',
  'cost-shift': 'the cost only moved there from elsewhere',
  folded: 'a deeper or higher function explains the rise',
  'same-shift': 'it is the same shift as another finding',
};

function memoryOf(service: string, changes: readonly Change[]): ServiceMemory {
  return changes.reduce((memory, change) => rememberChange(memory, change), emptyMemory(service));
}

function eventOf(data: Profile): HeadroomEvent<Profile> {
  const id = data.profile.sha256;
  return { specversion: '1.0', id, source: '/headroom/index', type: 'profile', time: data.endedAt, data };
}

interface Verdict {
  verdict: 'reported' | 'not-reported' | 'not-judged';
  why: string;
  compared: Record<string, number | string>;
}

/** What the detector's rule says of one function in one series. */
function verdictOf({ status, counts, funnel, findings }: SeriesAssessment, id: string): Verdict {
  const finding = findings.find(
    ({ subject, explained }) => subject === id || explained.some(([other]) => other === id),
  );
  if (finding) {
    const { before, after, q } = finding;
    const why =
      finding.subject === id ? 'the rise passes every filter' : `it is part of the finding about ${finding.subject}`;
    return { verdict: 'reported', why, compared: { before, after, q, deployment: finding.changePoint.deployment } };
  }
  if (status !== 'watching') {
    const why =
      status === 'noisy-machine' ? 'too few deployments were measured on a quiet host' : MEANING['enough-history'];
    return { verdict: 'not-judged', why, compared: { quiet: counts.quiet, busy: counts.busy, needed: counts.needed } };
  }
  for (const { filter, items } of funnel.toReversed()) {
    const removal = filter === 'replicates' ? undefined : items.find((each) => each.id === id);
    if (removal) {
      return {
        verdict: 'not-reported',
        why: `${MEANING[filter]} (${removal.reason})`,
        compared: { ...removal.compared },
      };
    }
  }
  return { verdict: 'not-reported', why: 'the profiles do not hold it, or only rarely', compared: {} };
}

/** Why something was, or was not, reported: the detector's rule over what is kept, as of a time. */
export function explainTool(source: ProfileSource<Profile>, changes: ChangeIndex): AnyTool {
  return defineTool({
    name: 'profiling_explain_verdict',
    title: 'Why was it reported, or not',
    description: 'Why the detector reported a rise of a function, or did not, with the figures.',
    input: z.object({
      service: z.string().min(1).max(200),
      function: z.string().min(1).max(1024).describe('id'),
      at: z.iso.datetime({ offset: true }).optional(),
    }),
    output: z.object({
      series: z.array(
        z.object({
          environment: z.string(),
          host_class: z.string(),
          verdict: z.enum(['reported', 'not-reported', 'not-judged']),
          why: z.string(),
          compared: z.record(z.string(), z.union([z.number(), z.string()])),
          deployments: z.int(),
          set_aside: z.array(z.object({ deployment: z.string(), reason: z.string() })),
        }),
      ),
      judged_profiles: z.int(),
      complete: z.boolean(),
    }),
    run: async ({ service, function: id, at }) => {
      const window = windowOf({ to: at });
      const all = await selectProfiles(source, { service, to: at });
      const profiles = all.slice(-MOST_PROFILES);
      let memory = memoryOf(service, await changes.changes(service, window));
      for (const profile of profiles) memory = rememberProfile(memory, eventOf(profile), await source.stacks(profile));
      const known = memory.history.deployments.some(({ observations }) =>
        observations.some(({ functions }) => functions.some(([each]) => each === id)),
      );
      if (!known) {
        throw new ToolError(
          `No profile of ${service} holds ${id.slice(0, 200)}; profiling_top_functions lists those that are there.`,
        );
      }
      const { series } = assess(judgedHistory(memory), { listedRemovals: ALL });
      const told = series.map((each) => ({
        environment: each.environment,
        host_class: each.hostClass,
        ...verdictOf(each, id),
        deployments: each.counts.measured,
        set_aside: (each.funnel.find(({ filter }) => filter === 'replicates')?.items ?? []).map((item) => ({
          deployment: item.id,
          reason: item.reason,
        })),
      }));
      const data = { series: told, judged_profiles: profiles.length, complete: profiles.length === all.length };
      return { data, source: source.name, trust: 'untrusted', window };
    },
  });
}
