import type { SkillsPlace } from '@headroom/skills';
import type { HeadroomConfig } from '@headroom/platform';
import type { Signer, VerificationProgress } from '@headroom/verification';
import type { Sandbox, ServiceRepositories } from '@headroom/workspace';

/** What a host hands to the verifier. */
export interface VerifierSettings {
  config: HeadroomConfig;
  repositories: ServiceRepositories;
  /** The catalogue: what a skill is allowed to change is read here, never from an event. */
  skillsDir: SkillsPlace;
  /** Undefined where target code cannot be isolated: candidates then stop with `sandbox-unavailable`. */
  sandbox?: Sandbox | undefined;
  /** Why there is none. */
  sandboxProblem?: string;
  /** Folder for checkouts while they are examined. */
  workDir: string;
  /** The only private key of the system. */
  signer: Signer;
  /** Told where a long verification is. */
  onProgress?: (caseId: string, progress: VerificationProgress) => void;
}
