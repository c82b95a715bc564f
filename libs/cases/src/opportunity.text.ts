import type { FoundOpportunity } from '@headroom/contracts';
import { percentage, significant } from '@headroom/figures';
import { table } from './text.layout.js';

/** An opportunity as a list tells it. */
export interface OpportunityLine extends Pick<
  FoundOpportunity,
  'subject' | 'skill' | 'share' | 'saving' | 'certainty' | 'place'
> {
  id: string;
  service: string;
  case?: { caseId: string; standing: 'open' | 'declined' };
}

function standingOf({ case: known, certainty }: OpportunityLine): string {
  if (known) return `${known.standing === 'open' ? 'in' : 'declined in'} ${known.caseId}`;
  return certainty === 'rewrite' ? 'ready to rewrite' : 'needs a person or a model';
}

function savingOf({ saving: { share, cores } }: OpportunityLine): string {
  return cores === undefined ? percentage(share) : `${percentage(share)}, ${significant(cores)} cores`;
}

/** The catalogue as a table, in the order given, and how a pull request is asked for. */
export function renderOpportunityList(opportunities: readonly OpportunityLine[]): string {
  if (opportunities.length === 0) {
    return 'No opportunities are known. They are looked for where profiles are; "headroom opportunities --scan --service <name>" looks now.';
  }
  const rows = opportunities.map((each) => [
    each.id,
    each.service,
    percentage(each.share),
    savingOf(each),
    `${each.subject} (line ${each.place.line}): ${each.skill.name}, ${standingOf(each)}`,
  ]);
  const head = ['OPPORTUNITY', 'SERVICE', 'CPU', 'MAY SAVE', 'WHAT'];
  const free = opportunities.find((each) => !each.case);
  return table([head, ...rows]) + (free ? `\n\nAsk for a pull request: headroom request ${free.id}` : '');
}
