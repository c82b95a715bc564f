import type { DossierDocument } from '../gather.js';
import type { Inquiry, KnownSkill } from './inquiry.js';
import { SectionBuilder } from './section.builder.js';

interface FoundSections {
  sections: { address: string }[];
}

function wordsOf(id: string): string[] {
  return id.slice(id.lastIndexOf(':') + 1).match(/[A-Za-z]{3,}/g) ?? [];
}

/** Words that a pattern document would be found by: the growth's own names, never a sentence from outside. */
function patternWords({ finding, observations }: DossierDocument): string {
  const names = [finding.subject, ...(finding.regression?.grownCallees.map(({ id }) => id) ?? [])];
  const skill = finding.opportunity?.skill?.replaceAll('-', ' ') ?? '';
  const seen = observations[0]?.symbols.flatMap(wordsOf) ?? [];
  return [...new Set([...skill.split(' '), ...names.flatMap(wordsOf), ...seen])].filter(Boolean).slice(0, 12).join(' ');
}

/** What kind of waste it may be: the skills that may answer it, and what the documents of the team say. */
export async function pattern(
  inquiry: Inquiry,
  { document, skills }: { document: DossierDocument; skills: readonly KnownSkill[] },
): Promise<SectionBuilder> {
  const section = new SectionBuilder('pattern');
  const asked = inquiry.finding.opportunity?.skill;
  for (const skill of skills) {
    const { name, version, description } = skill;
    const how = name === asked ? 'was asked for' : 'may apply';
    section.state(`The skill ${name} ${version} ${how}: ${description}`, inquiry.skill(skill));
  }
  if (skills.length === 0) {
    section.lacks(asked === undefined ? 'No skill of the catalogue may apply.' : `No skill "${asked}" may apply.`);
  }
  await teamDocument(inquiry, section, patternWords(document));
  // The document of the one skill; of several it is not known yet which one the case is about.
  const [only, ...others] = skills;
  if (only && others.length === 0) {
    section.quote(only.body.trim(), { title: `Document of ${only.name}`, language: 'markdown' }, inquiry.skill(only));
  }
  return section;
}

async function teamDocument(inquiry: Inquiry, section: SectionBuilder, query: string): Promise<void> {
  if (query === '') return;
  const found = await inquiry.ask<FoundSections>(section, 'docs_search', { query, limit: 3 });
  const address = found?.result.sections[0]?.address;
  if (address === undefined) {
    if (found) section.lacks(`No document mentions ${query}.`);
    return;
  }
  const text = await inquiry.ask<{ text: string }>(section, 'docs_read_section', { address });
  if (text) section.quote(text.result.text, { title: address, language: 'markdown', share: 0.5 }, text.citation);
}
