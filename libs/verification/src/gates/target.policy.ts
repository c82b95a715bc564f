import { HeadroomError, type CaseKind } from '@headroom/contracts';
import type { EffectivePolicy } from '@headroom/platform';
import type { PolicyViolation } from '@headroom/workspace';

/** The policy that holds for a candidate, with what the repository's own file says about it. */
export interface TargetPolicyFindings {
  /** Absent when the repository's file could not be read. */
  effective?: EffectivePolicy;
  violations: PolicyViolation[];
  /** What the repository asked for and does not get. */
  notes: readonly string[];
}

/** What the repository's own policy says about a candidate before its text is looked at. */
export function targetPolicyViolations(
  candidate: { kind: CaseKind; skill?: string | undefined },
  effective: EffectivePolicy,
): PolicyViolation[] {
  const violations: PolicyViolation[] = [];
  if (candidate.kind === 'opportunity' && effective.opportunities === 'off') {
    violations.push({ rule: 'opportunities-off', message: 'The repository takes proposals for regressions only.' });
  }
  if (candidate.skill !== undefined && effective.disabledSkills.includes(candidate.skill)) {
    const message = `The repository does not want the skill ${candidate.skill}.`;
    violations.push({ rule: 'skill-disabled', message });
  }
  return violations;
}

/** Reads the policy that holds; a file that cannot be read refuses the candidate, whatever it might have said. */
export async function targetPolicyOf(
  candidate: { kind: CaseKind; skill?: string | undefined },
  read: () => Promise<EffectivePolicy>,
): Promise<TargetPolicyFindings> {
  try {
    const effective = await read();
    return { effective, violations: targetPolicyViolations(candidate, effective), notes: effective.notes };
  } catch (error) {
    if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_TARGET_POLICY_INVALID') throw error;
    return { violations: [{ rule: 'target-policy-invalid', message: error.message.slice(0, 4000) }], notes: [] };
  }
}
