import { randomUUID } from 'node:crypto';
import {
  caseIdOf,
  draftConcluded,
  findingOpened,
  sha256,
  type BlobRef,
  type Draft,
  type EventContract,
  type Finding,
  type HeadroomEvent,
} from '@headroom/contracts';

/** A whole event around data. */
export function eventOf<Data>(
  contract: EventContract<Data>,
  data: Data,
  id: string = randomUUID(),
): HeadroomEvent<Data> {
  return {
    specversion: '1.0',
    id,
    source: '/e2e',
    type: contract.type,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}

/** What a case in these tests is about. */
export interface Subject {
  service: string;
  repository: string;
  subject: string;
  /** Makes one case differ from another. */
  anchor: string;
}

/** The finding that opens an opportunity case. */
export function opportunity(about: Subject): HeadroomEvent<Finding> {
  const { anchor, ...shared } = about;
  const subjectContent = sha256(anchor);
  const caseId = caseIdOf({ ...shared, kind: 'opportunity', anchor: subjectContent });
  return eventOf(findingOpened, {
    case: { caseId, attempt: 1, step: 'finding.1', causationId: 'e2e' },
    kind: 'opportunity',
    ...shared,
    opportunity: { subjectContent, profiles: [] },
  });
}

/** A candidate for a case, as it may arrive by the bus. */
export function draftFor(finding: HeadroomEvent<Finding>, commit: string, patch: BlobRef): HeadroomEvent<Draft> {
  const { case: header, kind, service, repository, subject } = finding.data;
  return eventOf(draftConcluded, {
    case: { ...header, step: 'draft.1', causationId: finding.id },
    kind,
    service,
    repository,
    subject,
    outcome: 'patch',
    base: { branch: 'main', commit },
    patch,
    files: [],
    summary: 'A patch from elsewhere.',
    facts: [],
    reviewers: [],
  });
}
