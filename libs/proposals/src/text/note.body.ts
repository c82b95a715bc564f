import type { EvidenceRecord } from '@headroom/verification';
import { code, escaped } from './markdown.js';
import { noteMarkdown } from './note.markdown.js';
import { bullets, modelOf, storyFields, type StoryRecords } from './story.fields.js';
import { fillTemplate, type TemplateSection } from './template.js';

/** The records that a note is written from. */
export interface NoteRecords extends StoryRecords {
  record: EvidenceRecord;
  /** sha256 of the signed record. */
  evidenceSha256: string;
  /** The note with its figures filled in. */
  note: string;
  /** W3C trace id of the case. */
  traceId?: string;
}

type Field = keyof ReturnType<typeof noteFields>;
const of = (field: Field): string => `{{${field}}}`;

/** What, what it is not, why now, why at all, what else could be done, who says so. */
const NOTE_TEMPLATE: readonly TemplateSection[] = [
  { paragraphs: [of('marker'), of('nothingMeasured'), of('outcome'), of('reviewers')] },
  { heading: 'Note', paragraphs: [of('text')] },
  { heading: 'Why now', paragraphs: [of('signal'), of('note'), of('flags'), of('seriesPicture')] },
  { heading: 'Root cause', paragraphs: [of('cause'), of('causeEvidence')] },
  { heading: 'Facts', paragraphs: [of('facts')] },
  { heading: 'Hypotheses, not shown', paragraphs: [of('hypotheses')] },
  { heading: 'Alternatives', paragraphs: [of('alternatives')] },
  { heading: 'Provenance', paragraphs: [of('provenance')] },
  { heading: 'How to close it', paragraphs: [of('closing')] },
];

const NOTHING_MEASURED =
  '> **A note. Nothing was measured, and nothing changes by itself.** There is no branch and nothing to merge; every figure of the note is one of the finding.';

const OUTCOMES = {
  accept: 'The cost is to be accepted',
  'cost-shift': 'The cost was shifted here and did not grow as a whole',
  abstain: 'Nothing was drafted',
} as const;

function provenanceOf({ record, draft, evidenceSha256, traceId }: NoteRecords): string {
  const { skill, tool } = record;
  const model = modelOf(draft);
  return bullets([
    ...(skill ? [`Skill ${code(`${skill.name}@${skill.version}`)}, digest ${code(skill.digest.slice(0, 16))}`] : []),
    ...(model ? [model] : []),
    `Record ${code(evidenceSha256)} ([evidence.json](evidence.json)), signed by ${code(record.signer)}, ended ${escaped(record.endedAt, 40)}`,
    `About ${code(record.base.branch)} at ${code(record.base.commit.slice(0, 12))}`,
    `Case ${code(record.case.caseId)}, attempt ${record.case.attempt}${traceId ? `, trace ${code(traceId)}` : ''}`,
    `${escaped(tool.name, 40)} ${escaped(tool.version, 40)}`,
  ])!;
}

function noteFields(records: NoteRecords) {
  const { record, draft, note, evidenceSha256 } = records;
  const outcome = record.note?.outcome ?? 'abstain';
  return {
    ...storyFields(records),
    marker: `<!-- headroom:v1 case=${record.case.caseId} attempt=${record.case.attempt} evidence=${evidenceSha256} -->`,
    nothingMeasured: NOTHING_MEASURED,
    outcome: `${OUTCOMES[outcome]}: ${escaped(draft.summary, 300)}`,
    text: noteMarkdown(note),
    provenance: provenanceOf(records),
    closing: `When it is settled, \`headroom dismiss ${record.case.caseId}\` closes it with your reason.`,
  } as const;
}

/** The text of a note. */
export function noteBody(records: NoteRecords): string {
  return fillTemplate(NOTE_TEMPLATE, noteFields(records));
}
