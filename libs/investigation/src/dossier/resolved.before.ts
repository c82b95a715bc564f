import type { Citation } from './dossier.js';
import type { Inquiry, KnownSkill } from './inquiry.js';
import { SectionBuilder } from './section.builder.js';

interface EarlierCase {
  case_id: string;
  service: string;
  subject: string;
  state: string;
  headline: string;
  skill?: string;
  verdict?: string;
  patch?: string;
  proposal?: string;
  outcome?: string;
}

/** An earlier case with the answer that told of it. */
type Example = EarlierCase & { patch: string; citation: Citation };

/** Most skills whose earlier cases are looked for, most cases told, and most diffs shown. */
const MOST = { skills: 3, told: 6, shown: 2 };
const FULL_DIFF = 12_000;
/** How a candidate can have ended, the most telling first: merged, refused by a person, measured. What runs has shown nothing. */
const ENDS = ['merged', 'reverted', 'closed', 'dismissed', 'proposed', 'expired', 'withheld', 'rejected'];

function sentence({ case_id: id, subject, service, state, headline, verdict, proposal, outcome }: EarlierCase): string {
  const what = proposal === undefined ? headline : `proposal "${proposal}"`;
  const measured = verdict === undefined ? '' : ` Verdict: ${verdict}.`;
  return `${id}, ${subject} of ${service}, ${state}: ${what}.${measured}${outcome ? ` Outcome: ${outcome}.` : ''}`;
}

/** Earlier candidates of the same pattern, with what became of them and their diffs. */
export async function resolvedBefore(
  inquiry: Inquiry,
  { skills }: { skills: readonly KnownSkill[] },
): Promise<SectionBuilder> {
  const section = new SectionBuilder('resolved-before');
  const { repository, case: header } = inquiry.finding;
  const examples: Example[] = [];
  const looked = skills.slice(0, MOST.skills).map(({ name }) => name);
  for (const skill of looked) {
    const args = { skill, repository, except: header.caseId, limit: 20 };
    const found = await inquiry.ask<{ cases: EarlierCase[] }>(section, 'cases_find_similar', args);
    for (const each of found?.result.cases ?? []) {
      const { patch } = each;
      if (each.skill !== skill || patch === undefined || !ENDS.includes(each.state)) continue;
      examples.push({ ...each, patch, citation: found!.citation });
    }
  }
  examples.sort((left, right) => ENDS.indexOf(left.state) - ENDS.indexOf(right.state));
  for (const example of examples.slice(0, MOST.told)) section.state(sentence(example), example.citation);
  const left = examples.length - MOST.told;
  if (left > 0) section.lacks(`${left} further cases of the pattern; cases_find_similar tells them.`);
  for (const example of examples.slice(0, MOST.shown)) await showPatch(inquiry, section, example);
  if (section.isEmpty) section.lacks(nothingFound(looked));
  return section;
}

function nothingFound(skills: readonly string[]): string {
  if (skills.length === 0) return 'Without a skill that may apply there is no pattern to look for.';
  return `No earlier candidate of ${skills.join(' or ')} has come to an end here: there is no example of its pattern yet.`;
}

async function showPatch(inquiry: Inquiry, section: SectionBuilder, example: Example): Promise<void> {
  const { case_id: id, state, patch } = example;
  const args = { handle: patch, length: FULL_DIFF };
  const found = await inquiry.ask<{ text: string; next_offset?: number; total_bytes: number }>(
    section,
    'blobs_read_slice',
    args,
  );
  if (!found) return;
  const { text, next_offset: next, total_bytes: totalCharacters } = found.result;
  const about = { title: `Candidate of ${id}, ${state}`, language: 'diff', share: 0.6 };
  section.quote(text, { ...about, ...(next !== undefined && { totalCharacters }) }, found.citation, example.citation);
}
