import type { EvidenceSummary } from '@headroom/cases';
import { measuredFigures, verifyEvidence, type EvidenceRecord, type TrustedKeys } from '@headroom/verification';

function tests(summary: EvidenceRecord['tests']['base']): string {
  if (!summary) return 'not run';
  const counted = summary.passed === undefined ? '' : `${summary.passed} passed, ${summary.failed ?? 0} failed`;
  return counted || `exit code ${summary.exitCode}`;
}

function differencesOf({ differences, restored }: NonNullable<EvidenceRecord['differential']>): string {
  const others = differences.length === 0 ? 'nothing else differs' : `${differences.length} differences`;
  return restored ? `${restored.differences.length} as before ${restored.commit.slice(0, 10)}, ${others}` : others;
}

function differential(record: EvidenceRecord): string | undefined {
  const compared = record.differential;
  if (!compared) return undefined;
  const calls = compared.functions.reduce((sum, each) => sum + each.compared, 0);
  const fewer = Object.values(compared.logRecords.removed).reduce((sum, each) => sum + each, 0);
  const logs = `${compared.logRecords.base} log records, ${fewer} fewer with the patch as its skill declares`;
  return `${calls} cases of ${compared.functions.length} functions and ${logs}: ${differencesOf(compared)}`;
}

/** What a reader wants of an evidence record; says so when the record does not verify. */
export function summariseEvidence(bytes: Uint8Array, trustedKeys: TrustedKeys): EvidenceSummary {
  const check = verifyEvidence(bytes, trustedKeys);
  if (!check.valid) return { verified: false, problem: `${check.reason}: ${check.message}`, verdict: 'not believed' };
  const { record } = check;
  const figures = measuredFigures(record);
  const compared = differential(record);
  return {
    verified: true,
    verdict: record.verdict,
    ...(figures && {
      cpuSecondsPerOperation: { base: figures.cost.base, head: figures.cost.head },
      cpu: figures.cpu,
      control: figures.control,
      noiseFloor: figures.noiseFloor,
      requiredEffect: figures.requiredEffect,
      rounds: { used: figures.used, discarded: figures.discarded },
    }),
    ...(record.tests.base && { tests: { base: tests(record.tests.base), head: tests(record.tests.head) } }),
    ...(compared && { differential: compared }),
    ...(record.policy.notes && { policyNotes: record.policy.notes }),
    sandbox: record.sandbox.kind,
    hostClass: record.host.hostClass,
  };
}
