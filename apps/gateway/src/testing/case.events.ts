import { contextGathered, draftConcluded, exampleEvent, findingOpened, type EventContract } from '@headroom/contracts';

type CaseData = { case: { caseId: string }; service: string };

function eventOf(contract: EventContract, caseId: string, more: Record<string, unknown>): Record<string, unknown> {
  const example = exampleEvent(contract);
  const data = example['data'] as CaseData;
  const { time, ...fields } = more;
  return {
    ...example,
    id: `${contract.name}-${caseId}`,
    ...(time !== undefined && { time }),
    data: { ...data, ...fields, case: { ...data.case, caseId } },
  };
}

/** Id of a test's case. */
export function caseId(number: number, kind: 'reg' | 'opp' = 'opp'): string {
  return `${kind}-${number.toString(16).padStart(20, '0')}`;
}

/** A finding of a case. */
export function findingOf(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return eventOf(findingOpened as EventContract, id, more);
}

/** What was found out about the same case. */
export function contextOf(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return eventOf(contextGathered as EventContract, id, more);
}

/** A candidate of the same case. */
export function draftOf(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return eventOf(draftConcluded as EventContract, id, more);
}
