import {
  caseCommanded,
  contextGathered,
  draftConcluded,
  findingOpened,
  proposalOpened,
  proposalSettled,
  verificationConcluded,
  type CaseHeader,
  type Commanded,
  type EventContract,
  type Finding,
  type HeadroomEvent,
} from '@headroom/contracts';

const TRACE = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

/** Options of {@link caseEvents}. */
export interface CaseEventOptions {
  attempt?: number;
  /** Minutes after noon of the first event. */
  minute?: number;
}

function event<Data extends { case: CaseHeader }>(
  contract: EventContract<Data>,
  data: Data,
  minute: number,
): HeadroomEvent<Data> {
  const { attempt, step } = data.case;
  return {
    specversion: '1.0',
    id: `${contract.name}#${attempt}.${step}`,
    source: `/headroom/${contract.producer}`,
    type: contract.type,
    time: `2026-11-02T12:${String(minute).padStart(2, '0')}:00Z`,
    traceparent: `00-${TRACE}-00000000000000${String(minute).padStart(2, '0')}-01`,
    data,
  };
}

function numbered<Data extends { case: Finding['case'] }>(data: Data, attempt: number): Data {
  return { ...data, case: { ...data.case, attempt } };
}

/** The events of one opportunity, from its finding to its proposal. */
export function caseEvents({ attempt = 1, minute = 0 }: CaseEventOptions = {}) {
  return {
    finding: event(findingOpened, numbered(findingOpened.example, attempt), minute),
    context: event(contextGathered, numbered(contextGathered.example, attempt), minute + 1),
    draft: event(draftConcluded, numbered(draftConcluded.example, attempt), minute + 2),
    verification: event(verificationConcluded, numbered(verificationConcluded.example, attempt), minute + 3),
    proposal: event(proposalOpened, numbered(proposalOpened.example, attempt), minute + 4),
    settled: event(proposalSettled, numbered(proposalSettled.example, attempt), minute + 5),
  };
}

/** A command as {@link caseCommanded} carries it: the number is of its step. */
export function commandEvent(
  number: number,
  change: Partial<Commanded> & { attempt?: number; after?: string } = {},
  minute = 30,
): HeadroomEvent<Commanded> {
  const { attempt = 1, after = 'an event of no timeline', ...rest } = change;
  const header = { ...caseCommanded.example.case, attempt, step: `command.${number}`, causationId: after };
  return event(caseCommanded, { ...caseCommanded.example, case: header, ...rest }, minute);
}

/** The same event with other data. */
export function withData<Data>(base: HeadroomEvent<Data>, change: Partial<Data>, id = base.id): HeadroomEvent<Data> {
  return { ...base, id, data: { ...base.data, ...change } };
}
