import type { FoundOpportunity, OpportunityState } from '@headroom/contracts';
import type { Stacks } from '@headroom/profiling';
import type { PlaybookInput } from '../playbooks/playbook.js';
import type { Skill } from '../skill/skill.js';
import type { CandidateBounds, CandidateFunnel } from './candidates.js';

/** What opportunities are looked for in. */
export interface DetectionInput {
  readonly service: string;
  /** Name of the repository, as cases carry it. */
  readonly repository: string;
  /** The commit that `readFile` reads, and the branch that it is the head of. */
  readonly base: { readonly branch: string; readonly commit: string };
  /** The catalogue; those that do not serve offense, or have no rules, find nothing. */
  readonly skills: readonly Skill[];
  /** Names of skills that may not touch this repository. @default none */
  readonly disabledSkills?: readonly string[];
  /** Profiles of the service, merged. */
  readonly profile: Stacks;
  /** Cores that the service uses; absent = savings are shares only. */
  readonly cores?: number;
  /** Content of a file of the base; undefined for one that does not exist. */
  readonly readFile: PlaybookInput['readFile'];
  /** Paths of all files of the base. @default those are tried that a file imports */
  readonly listFiles?: PlaybookInput['listFiles'];
  readonly bounds?: CandidateBounds;
  /** Awaited before each function, so that a large service leaves room for other work. @default goes straight on */
  readonly pause?: () => Promise<void>;
  /** Ends the search with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An opportunity that is there. */
export type Opportunity = OpportunityState & { readonly status: 'found'; readonly found: FoundOpportunity };

/** A skill that failed on a function; it hinders no other. */
export interface DetectionProblem {
  readonly skill: string;
  readonly subject: string;
  readonly message: string;
}

/** What was found in a service. */
export interface Detection {
  /** By expected saving, the largest first; one a subject and skill. */
  readonly opportunities: readonly Opportunity[];
  /** Functions within the bounds. */
  readonly candidates: number;
  /** What the bounds left out. */
  readonly leftOut: CandidateFunnel;
  /** Share of the service's CPU in which no first-party function stands. */
  readonly unattributed: number;
  readonly problems: readonly DetectionProblem[];
}
