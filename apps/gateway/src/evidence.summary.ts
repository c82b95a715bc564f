import type { EvidenceSummary } from '@headroom/cases';
import { verifyEvidence, type EvidenceRecord, type TrustedKeys } from '@headroom/verification';

type Rounds = NonNullable<EvidenceRecord['measurement']>['rounds'];

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

function costs(rounds: Rounds, operations: number): EvidenceSummary['cpuSecondsPerOperation'] {
  const of = (arm: 'base' | 'head'): number => median(rounds.map((round) => round[arm].cpuSeconds / operations));
  return rounds.length === 0 ? undefined : { base: of('base'), head: of('head') };
}

function tests(summary: EvidenceRecord['tests']['base']): string {
  if (!summary) return 'not run';
  const counted = summary.passed === undefined ? '' : `${summary.passed} passed, ${summary.failed ?? 0} failed`;
  return counted || `exit code ${summary.exitCode}`;
}

function differential(record: EvidenceRecord): string | undefined {
  const compared = record.differential;
  if (!compared) return undefined;
  const calls = compared.functions.reduce((sum, each) => sum + each.compared, 0);
  const fewer = Object.values(compared.logRecords.removed).reduce((sum, each) => sum + each, 0);
  const logs = `${compared.logRecords.base} log records, ${fewer} fewer with the patch as its skill declares`;
  const differences = compared.differences.length;
  return `${calls} cases of ${compared.functions.length} functions and ${logs}: ${differences === 0 ? 'nothing else differs' : `${differences} differences`}`;
}

/** What a reader wants of an evidence record; says so when the record does not verify. */
export function summariseEvidence(bytes: Uint8Array, trustedKeys: TrustedKeys): EvidenceSummary {
  const check = verifyEvidence(bytes, trustedKeys);
  if (!check.valid) return { verified: false, problem: `${check.reason}: ${check.message}`, verdict: 'not believed' };
  const { record } = check;
  const { measurement } = record;
  const used = measurement?.rounds.filter((round) => round.discarded === undefined) ?? [];
  const look = measurement?.looks.at(-1);
  const cost = measurement && costs(used, measurement.operations);
  const compared = differential(record);
  return {
    verified: true,
    verdict: record.verdict,
    ...(cost && { cpuSecondsPerOperation: cost }),
    ...(look && {
      cpu: look.cpu,
      control: look.control,
      noiseFloor: look.noiseFloor,
      requiredEffect: look.requiredEffect,
    }),
    ...(measurement && {
      rounds: { used: used.length, discarded: measurement.rounds.length - used.length },
    }),
    ...(record.tests.base && { tests: { base: tests(record.tests.base), head: tests(record.tests.head) } }),
    ...(compared && { differential: compared }),
    sandbox: record.sandbox.kind,
    hostClass: record.host.hostClass,
  };
}
