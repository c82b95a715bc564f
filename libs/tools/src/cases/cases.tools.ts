import type { CaseView } from '@headroom/cases';
import type { CaseIndex } from '@headroom/indexes';
import { z } from 'zod';
import { defineTool, ToolError, type AnyTool } from '../tool.js';

const SOURCE = 'cases of this Headroom';

const summary = {
  case_id: z.string(),
  kind: z.string(),
  service: z.string(),
  subject: z.string(),
  state: z.string(),
  headline: z.string(),
  root_cause: z.string().optional(),
  skill: z.string().optional(),
  verdict: z.string().optional(),
  patch: z.string().optional(),
  proposal: z.string().optional(),
  outcome: z.string().optional(),
};

function summaryOf(view: CaseView): z.output<z.ZodObject<typeof summary>> {
  const { rootCause, skill, verdict, patch, proposal, settlement, dismissal } = view;
  const outcome = settlement
    ? [settlement.outcome, settlement.reason, settlement.message].filter(Boolean).join(': ')
    : dismissal && `dismissed: ${dismissal.reason ?? 'no reason given'}`;
  return {
    case_id: view.caseId,
    kind: view.kind,
    service: view.service,
    subject: view.subject,
    state: view.state,
    headline: view.headline,
    ...(rootCause && { root_cause: rootCause.summary }),
    ...(skill !== undefined && { skill }),
    ...(verdict && { verdict }),
    ...(patch && { patch: patch.sha256 }),
    ...(proposal && { proposal: proposal.title }),
    ...(outcome && { outcome }),
  };
}

function findSimilar(index: CaseIndex): AnyTool {
  return defineTool({
    name: 'cases_find_similar',
    title: 'Similar cases',
    description: 'Cases like this one, the most similar first, and what became of them. patch: a handle.',
    input: z.object({
      subject: z.string().max(1024).optional().describe('a function'),
      repository: z.string().max(200).optional(),
      service: z.string().max(200).optional(),
      kind: z.enum(['regression', 'opportunity']).optional(),
      skill: z.string().max(200).optional(),
      text: z.string().max(500).optional().describe('words'),
      except: z.string().max(100).optional().describe('a case'),
      limit: z.int().min(1).max(50).default(10),
    }),
    output: z.object({ cases: z.array(z.object({ ...summary, similarity: z.number(), why: z.string() })) }),
    run: async ({ except, limit, ...query }) => {
      if (Object.values(query).every((value) => value === undefined)) {
        throw new ToolError('Say what the cases should be like: subject, repository, service, kind, skill or text.');
      }
      const found = await index.similar({ ...query, limit: limit + 1 });
      const others = found.filter(({ view }) => view.caseId !== except).slice(0, limit);
      const cases = others.map(({ view, similarity, why }) => ({ ...summaryOf(view), similarity, why }));
      return { data: { cases }, source: SOURCE, trust: 'untrusted' };
    },
  });
}

function getCase(index: CaseIndex): AnyTool {
  return defineTool({
    name: 'cases_get_case',
    title: 'One case',
    description: 'Where a case stands, and what happened, in order.',
    input: z.object({ case_id: z.string().min(1).max(100) }),
    output: z.object({
      ...summary,
      attempt: z.int(),
      timeline: z.array(z.object({ type: z.string(), at: z.string().optional(), attempt: z.int(), what: z.string() })),
    }),
    run: async ({ case_id: caseId }) => {
      const view = await index.find(caseId);
      if (!view)
        throw new ToolError(`There is no case "${caseId}"; cases_find_similar finds some by function or service.`);
      const timeline = view.timeline.map(({ type, at, attempt, what }) => ({
        type,
        ...(at !== undefined && { at }),
        attempt,
        what,
      }));
      return { data: { ...summaryOf(view), attempt: view.attempt, timeline }, source: SOURCE, trust: 'untrusted' };
    },
  });
}

/** Tools that look at cases. */
export function casesTools(index: CaseIndex): AnyTool[] {
  return [findSimilar(index), getCase(index)];
}
