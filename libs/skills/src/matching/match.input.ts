import type { PlaybookRule } from '../rules/rule.file.js';
import type { Skill } from '../skill/skill.js';
import { changeFacts } from './change.facts.js';

/** What is known about a case when skills are matched to it. */
export interface MatchInput {
  /** Kind of the case: a regression is answered by defense, an opportunity by offense. */
  readonly kind: 'regression' | 'opportunity';
  /** Repository-relative path of the subject's file; its extension gives the language. */
  readonly path: string;
  /** The one skill that was asked for by name. @default every skill is considered */
  readonly skill?: string;
  /** What the finding is about. @default 'cpu' */
  readonly type?: string;
  /** Function identities of the finding and of its profiles, for `frame:`. @default none */
  readonly frames?: readonly string[];
  /** Values for further predicate keys of skills, such as `{ cause: ['commit'] }`. A key that is not given is not met. */
  readonly facts?: Readonly<Record<string, readonly string[]>>;
  /**
   * Whether one of a skill's own rules matches in the frames of the finding, for `rule:`; asked only where all else holds.
   * @default no rule matches
   */
  readonly ruleMatches?: (skill: Skill, rule: PlaybookRule) => boolean;
}

/** The parts of a dossier that skills are matched by: plain data, as the dossier writes it. */
export interface MatchedDossier {
  readonly finding: {
    readonly kind: 'regression' | 'opportunity';
    readonly subject: string;
    readonly service?: string;
    readonly repository?: string;
    readonly regression?: {
      readonly metric?: string;
      readonly before?: number;
      readonly after?: number;
      readonly deltaOfService?: number;
      readonly chain: readonly { readonly id: string }[];
      readonly grownCallees: readonly { readonly id: string }[];
      readonly qualityFlags?: readonly string[];
    };
    readonly opportunity?: { readonly skill?: string };
  };
  readonly rootCause: {
    readonly status: string;
    readonly cause?: { readonly kind: string; readonly before?: unknown; readonly after?: unknown };
  };
  /** Unified diff of the named cause. */
  readonly suspectDiff?: string;
}

/** What a caller knows beyond the dossier. */
export interface MatchedBeyond extends Pick<MatchInput, 'ruleMatches'> {
  /** Further hot functions of the profiles. @default none */
  readonly frames?: readonly string[];
  /** Names for `codebase:` beside the repository and the service, such as frameworks. @default packages seen in the frames */
  readonly codebase?: readonly string[];
  /** Whether the profiles say that the cost only moved. @default as the finding says */
  readonly onlyMoved?: boolean;
}

/** Growth that is called `large`: a tenth of what the whole service cost before. */
export const LARGE_SHARE_OF_SERVICE = 0.1;

/** What skills are matched by, from a dossier. Deterministic: the same dossier gives the same input. */
export function matchInputOf(dossier: MatchedDossier, beyond: MatchedBeyond = {}): MatchInput {
  const { finding } = dossier;
  const { kind, subject, regression, opportunity } = finding;
  const frames = framesOf(dossier, beyond);
  const facts = {
    cause: [causeOf(dossier)],
    change: changeFacts({ cause: dossier.rootCause.cause, diff: dossier.suspectDiff, frames: findingFrames(dossier) }),
    codebase: codebaseOf(dossier, frames, beyond),
    shift: (beyond.onlyMoved ?? regression?.qualityFlags?.includes('cost-shift')) ? ['flat'] : [],
    growth: (regression?.deltaOfService ?? 0) >= LARGE_SHARE_OF_SERVICE ? ['large'] : [],
  };
  return {
    kind,
    path: subject.slice(0, subject.lastIndexOf(':')),
    type: typeOf(regression?.metric),
    frames,
    facts,
    ...(opportunity?.skill === undefined ? {} : { skill: opportunity.skill }),
    ...(beyond.ruleMatches && { ruleMatches: beyond.ruleMatches }),
  };
}

/** Function identities of the finding: its subject, its chain, and the callees that gained cost. */
export function findingFrames({ finding: { subject, regression } }: Pick<MatchedDossier, 'finding'>): string[] {
  const others = [...(regression?.chain ?? []), ...(regression?.grownCallees ?? [])];
  return [...new Set([subject, ...others.map(({ id }) => id)])];
}

function framesOf(dossier: MatchedDossier, { frames = [] }: MatchedBeyond): string[] {
  return [...new Set([...findingFrames(dossier), ...frames])];
}

function causeOf({ rootCause: { status, cause } }: MatchedDossier): string {
  return status === 'named' && cause ? cause.kind : 'none';
}

/** `cpu-seconds-per-unit` is about cpu; metrics are named for what they measure. */
function typeOf(metric: string | undefined): string {
  return /^(?:memory|latency)/.exec(metric ?? '')?.[0] ?? 'cpu';
}

function codebaseOf({ finding }: MatchedDossier, frames: readonly string[], { codebase }: MatchedBeyond): string[] {
  const named = [finding.repository, finding.repository?.split('/').at(-1), finding.service];
  return [...new Set([...named, ...(codebase ?? frames.map(packageOf))])].filter((name) => name !== undefined);
}

/** The package that a frame of a dependency belongs to. */
function packageOf(id: string): string | undefined {
  const match = /(?:^|\/)(?:node_modules|site-packages)\/((?:@[^/]+\/)?[^/:]+)(?!.*\/node_modules\/)/.exec(id);
  return match?.[1];
}
