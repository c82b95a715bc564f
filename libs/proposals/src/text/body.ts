import { bodyFields, type ProposalRecords } from './body.fields.js';
import { fillTemplate, type TemplateSection } from './template.js';

/** A field of the text. */
type Field = keyof ReturnType<typeof bodyFields>;
/** Checked by the compiler for whole paragraphs, and by the template for what stands inside of a sentence. */
const of = (field: Field): string => `{{${field}}}`;

/** Order of the reader's questions: what, why now, why at all, how, is it true, does it break, is it worth it, who says so. */
export const BODY_TEMPLATE: readonly TemplateSection[] = [
  { paragraphs: [of('marker'), of('unsandboxed'), of('unmeasured'), of('measured'), of('reviewers')] },
  { heading: 'Why now', paragraphs: [of('signal'), of('note'), of('flags'), of('seriesPicture')] },
  { heading: 'Root cause', paragraphs: [of('cause'), of('causeEvidence')] },
  { heading: 'Change', paragraphs: [of('files'), of('facts')] },
  {
    heading: 'Evidence',
    paragraphs: [of('evidenceTable'), of('evidenceMethod'), of('samplesPicture')],
  },
  { heading: 'Correctness', paragraphs: [of('tests'), of('differential'), of('restored'), of('effects')] },
  { heading: 'Hypotheses, not shown', paragraphs: [of('hypotheses')] },
  { heading: 'Alternatives', paragraphs: [of('alternatives')] },
  { heading: 'Estimated saving', paragraphs: [of('saving')] },
  { heading: 'Risks and rollback', paragraphs: [of('risks'), of('rollback')] },
  { heading: 'Reproduce', paragraphs: [of('reproduce')] },
  { heading: 'Provenance', paragraphs: [of('provenance')] },
  {
    heading: 'How to say no',
    paragraphs: [
      'Leave the branch {{branch}} unmerged, or delete it. A commit of your own on it makes it yours: it is not touched again.',
    ],
  },
];

/**
 * The proposal's text: every figure comes from the signed record, everything else from finding, dossier and draft.
 * @throws HeadroomError `HEADROOM_TEMPLATE_FIELD_UNKNOWN`
 */
export function proposalBody(records: ProposalRecords): string {
  return fillTemplate(BODY_TEMPLATE, bodyFields(records));
}
