import type { Finding } from '@headroom/contracts';
import { duration, percentage, signedPercentage } from '@headroom/figures';

const NAMES = [
  'before',
  'after',
  'growth',
  'delta',
  'shareOfService',
  'unitOfWork',
  'deployment',
  'deployedAt',
  'environment',
  'hostClass',
] as const;

/** What a note may ask for as `{{name}}`: plain text from the finding. */
export type NoteFigures = Readonly<Partial<Record<(typeof NAMES)[number], string>>>;

/** The figures of a finding as a note shows them. An opportunity has none. */
export function noteFigures(finding: Finding | undefined): NoteFigures {
  const regression = finding?.regression;
  if (!regression) return {};
  const { before, after, delta, metric } = regression;
  const amount = metric === 'cpu-share' ? percentage : duration;
  return {
    before: amount(before),
    after: amount(after),
    delta: amount(delta),
    ...(before > 0 && { growth: signedPercentage(after / before - 1) }),
    shareOfService: percentage(regression.deltaOfService),
    unitOfWork: regression.unitOfWork,
    deployment: regression.changePoint.deployment,
    deployedAt: regression.changePoint.deployedAt,
    environment: regression.environment,
    hostClass: regression.hostClass,
  };
}

const MARK = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Names that a note asks for, each once. */
export function figuresAskedFor(note: string): string[] {
  return [...new Set([...note.matchAll(MARK)].map(([, name]) => name!))];
}

/** The note with its figures filled in; a name that is not known stays as it stands. */
export function filledNote(note: string, figures: NoteFigures): string {
  const known: Readonly<Record<string, string | undefined>> = figures;
  return note.replace(MARK, (mark, name: string) => (Object.hasOwn(known, name) ? (known[name] ?? mark) : mark));
}

/** The note without what is filled in. */
export function withoutMarks(note: string): string {
  return note.replace(MARK, ' ');
}
