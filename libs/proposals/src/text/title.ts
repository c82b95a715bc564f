import { ATTEMPT_TRAILER } from '../forge/local.forge.js';
import { unmeasuredWords, type ProposalRecords } from './body.fields.js';
import { percentage, signedPercentage } from '@headroom/figures';
import { imperative } from './imperative.js';
import { bounded } from './markdown.js';

type TitleRecords = Pick<ProposalRecords, 'record' | 'figures' | 'draft'>;

const COLUMNS = 72;

function scopeOf(service: string): string {
  return bounded(service, 40).replace(/[()]/g, '');
}

/**
 * `perf(<service>): <imperative> (−x % CPU per operation)`; of a change that was not measured,
 * `revert(<service>): <imperative> (behaviour-preserving, unmeasured)`, see {@link unmeasuredWords}. One line of plain text.
 */
export function proposalTitle({ record, figures, draft }: TitleRecords): string {
  const scope = scopeOf(record.case.service);
  if (!figures) {
    return `${record.change ?? 'perf'}(${scope}): ${imperative(draft.summary)} (${unmeasuredWords(record)})`;
  }
  return `perf(${scope}): ${imperative(draft.summary)} (${signedPercentage(figures.cpu.estimate)} CPU per operation)`;
}

/** `note(<service>): <summary> (nothing measured, nothing changes)`. One line of plain text. */
export function noteTitle(service: string, summary: string): string {
  const what = bounded(summary, 120).replace(/[.\s]+$/, '');
  return `note(${scopeOf(service)}): ${what} (nothing measured, nothing changes)`;
}

function filled(text: string): string {
  const lines = [''];
  for (const word of bounded(text, 1000).split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + word.length < COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

function measuredText(figures: TitleRecords['figures']): string {
  if (!figures) return 'Not measured: the service has no benchmark. Tests and behaviour were checked.';
  const { cpu, control } = figures;
  return (
    `Measured over ${figures.used} rounds: ${signedPercentage(cpu.estimate)} CPU per operation ` +
    `(${percentage(figures.level)} interval ${signedPercentage(cpu.low)} to ${signedPercentage(cpu.high)}); ` +
    `the same code against itself ${signedPercentage(control.low)} to ${signedPercentage(control.high)}.`
  );
}

/** Message of the one commit: the title, what was measured, and trailers that lead back to the case. */
export function commitMessage(records: TitleRecords & { evidenceSha256: string }): string {
  const { record, figures, draft } = records;
  const trailers = [
    `Headroom-Case: ${record.case.caseId}`,
    `${ATTEMPT_TRAILER}: ${record.case.attempt}`,
    `Headroom-Evidence: ${records.evidenceSha256}`,
  ];
  return [proposalTitle(records), filled(draft.summary), filled(measuredText(figures)), trailers.join('\n')].join(
    '\n\n',
  );
}
