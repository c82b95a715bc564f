import { duration, percentage } from '@headroom/figures';
import type { Finding } from '@headroom/contracts';
import { parseFunctionId } from '@headroom/source';
import type { DossierDocument } from '../gather.js';
import type { Inquiry } from './inquiry.js';
import type { SectionBuilder } from './section.builder.js';

/** Most calls of the function that are named. */
const MOST_CALLS = 12;

/** Who asked for what, about which code, and what it costs now. */
export async function opportunitySymptoms(
  inquiry: Inquiry,
  section: SectionBuilder,
  { opportunity, base }: Pick<DossierDocument, 'base'> & { opportunity: NonNullable<Finding['opportunity']> },
): Promise<void> {
  const { finding, event } = inquiry;
  const { requestedBy, skill, note } = opportunity;
  const by = requestedBy ? ` by ${requestedBy}` : '';
  const how = skill ? `, to be drafted by the skill ${skill}` : '';
  section.state(`A proposal for ${finding.subject} of ${finding.service} was asked for${by}${how}.`, event);
  const content = opportunity.subjectContent.slice(0, 12);
  const at = base ? `; it is looked at on the branch ${base.branch} at ${base.commit.slice(0, 12)}` : '';
  section.state(`It is about the function as its source was then (sha256 ${content})${at}.`, event);
  if (note) section.quote(note, { title: 'What was asked' }, { ...event, trust: 'untrusted' });
  await costNow(inquiry, section);
}

interface TopFunctions {
  unit: string;
  functions: { id: string; self: number; total: number; total_share: number }[];
}

async function costNow(inquiry: Inquiry, section: SectionBuilder): Promise<void> {
  const { service, subject } = inquiry.finding;
  const found = await inquiry.ask<TopFunctions>(section, 'profiling_top_functions', {
    service,
    by: 'total',
    first_party: true,
    limit: 200,
  });
  if (!found) return;
  const { unit, functions } = found.result;
  const row = functions.find(({ id }) => id === subject);
  if (!row) {
    section.lacks(`${subject} is not among the 200 dearest functions of ${service}.`);
    return;
  }
  const { self, total, total_share: share } = row;
  const cost = unit === 'cpu_share' ? '' : `, ${duration(total)} a unit of work, ${duration(self)} in its own code`;
  section.state(`${subject} takes ${percentage(share)} of the CPU of ${service}${cost}.`, found.citation);
}

interface Calls {
  calls: { caller: string; path: string; line: number; callee: string }[];
  total: number;
  complete: boolean;
}

/** The files and functions that a change of the function would be felt in. */
export async function callersOf(inquiry: Inquiry, section: SectionBuilder, ref: string | undefined): Promise<void> {
  const { repository, subject } = inquiry.finding;
  const name = parseFunctionId(subject).symbol;
  const args = { repository, ref, name, limit: MOST_CALLS };
  const found = await inquiry.ask<Calls>(section, 'code_find_callers', args);
  if (!found) return;
  const { calls, total, complete } = found.result;
  for (const { caller, path, line, callee } of calls) {
    section.state(`Called as ${callee} by ${caller}, ${path}:${line}.`, found.citation);
  }
  if (calls.length === 0) section.lacks(`Nothing in ${repository} calls ${name} by its name.`);
  if (total > calls.length) section.lacks(`${total - calls.length} further calls; code_find_callers tells them.`);
  if (!complete) section.lacks('Not all files could be searched for calls.');
}
