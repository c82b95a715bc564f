import { arch, cpus, platform, release } from 'node:os';
import { HeadroomError, sha256 } from '@headroom/contracts';
import { hostClass } from '@headroom/platform';
import { parsePatch } from '@headroom/workspace';
import type { CandidateIdentity } from './candidate.types.js';
import { EVIDENCE_SCHEMA, type EvidenceRecord, type Findings } from './evidence/evidence.schema.js';

/** A record with nothing examined yet. */
export function emptyFindings(
  input: CandidateIdentity,
  made: { sandbox: EvidenceRecord['sandbox']['kind']; benchmarked: boolean },
): Findings {
  const { case: about, draft, base, patch, note, change, skill, allowedEffects, signer, toolVersion } = input;
  return {
    schema: EVIDENCE_SCHEMA,
    case: { ...about },
    ...(skill ? { skill } : {}),
    allowedEffects: [...allowedEffects],
    draft: { ...draft },
    base: { ...base },
    ...(change && change !== 'patch' ? { change } : {}),
    ...(note ? { note } : {}),
    patch: { sha256: sha256(patch), files: touchedFiles(patch) },
    policy: { violations: [] },
    commands: [],
    tests: {},
    benchmarked: made.benchmarked,
    sandbox: { kind: made.sandbox, enforcedLimits: {} },
    host: {
      hostClass: hostClass(),
      platform: `${platform()} ${arch()}`,
      kernel: release(),
      cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      node: process.version,
    },
    startedAt: new Date().toISOString(),
    tool: { name: 'headroom', version: toolVersion },
    signer: signer.keyId,
  };
}

function touchedFiles(patch: string): string[] {
  try {
    return parsePatch(patch).files.map((file) => file.path);
  } catch (error) {
    // The policy stage names what is wrong with it.
    if (error instanceof HeadroomError) return [];
    throw error;
  }
}
