import type { PlaybookRule } from '../rules/rule.file.js';

/** Lines of one file that a commit wrote, as they stand on the base. */
export interface WrittenLines {
  /** Repository-relative path. */
  readonly path: string;
  /** 1-based line numbers of the base file. */
  readonly lines: readonly number[];
}

/** The root-cause change of a regression. */
export interface Suspect {
  /** Full commit id; also the evidence that facts point at. */
  readonly commit: string;
  /** What of it is left on the base, from blame. See {@link linesWrittenBy}. */
  readonly written: readonly WrittenLines[];
  /** First line of its message. */
  readonly title?: string;
  /** Its own diff, as git writes it. */
  readonly diff?: string;
}

/** Where files of the base are read. */
export interface FilesOfBase {
  /** Content of a file of the base; undefined for one that does not exist. */
  readonly readFile: (path: string) => Promise<string | undefined> | string | undefined;
  /** Paths of all files of the base. */
  readonly listFiles?: () => Promise<readonly string[]> | readonly string[];
}

/** What a playbook is given. It reads nothing else. */
export interface PlaybookInput extends FilesOfBase {
  /** Function identity: `repository-relative/path.ts:qualified.name`. */
  readonly subject: string;
  /** Content of a file before the root-cause commit, at its first parent. Absent where no commit is named. */
  readonly readBefore?: (path: string) => Promise<string | undefined> | string | undefined;
  /** Absent when no root cause was named, or when it is not a commit. */
  readonly suspect?: Suspect;
  /** Function identities from the outermost frame to the subject. */
  readonly chain?: readonly string[];
  /** Function identities of the frames below the subject that gained cost. */
  readonly grownCallees?: readonly string[];
  /** The named root cause, whatever its kind; `none` where none could be named. Absent for an opportunity. */
  readonly cause?: CauseKind;
  /** The setting that is the root cause. */
  readonly config?: ConfigChange;
  /** The version bump that is the root cause. */
  readonly dependency?: DependencyChange;
  /** The exposure that is the root cause. */
  readonly experiment?: ExposureChange;
  /** Figures of the finding. */
  readonly figures?: FindingFigures;
  /** What the profiles on both sides of the change point say of the functions around the subject, the narrowest domain first. */
  readonly domains?: readonly CostDomain[];
  /** Best ranked changes that may be the cause, best first, the named one included. */
  readonly ranked?: readonly RankedChange[];
  /** Who is responsible for the subject. */
  readonly owners?: readonly { readonly who: string; readonly why: string }[];
  /** Takes a commit back. Absent = nothing can be reverted. */
  readonly reverting?: RevertPort;
  /** What policy does not allow of a patch, one sentence each. @default nothing is refused here; the verifier judges it */
  readonly refusals?: (patch: string) => readonly string[];
  /** Whether a setting is, or may hold, a secret. Absent = no setting is written. */
  readonly looksSecret?: (key: string, value: string) => boolean;
}

/** What a root cause can be; `none` = none could be named. */
export type CauseKind = 'commit' | 'config' | 'experiment' | 'dependency' | 'none';

/** A setting that a deployment changed. */
export interface ConfigChange {
  readonly key: string;
  /** As deployed; null = it was not set. */
  readonly before: string | null;
  readonly after: string | null;
  /** Deployment that brought it; also the evidence that facts point at. */
  readonly deployment: string;
}

/** A dependency that a commit moved to another version. */
export interface DependencyChange {
  readonly package: string;
  /** As the manifest writes it; null = it was not there. */
  readonly from: string | null;
  readonly to: string | null;
  readonly commit: string;
  readonly deployment: string;
}

/** A launch or experiment whose share of the traffic changed. */
export interface ExposureChange {
  readonly key: string;
  /** Shares of the traffic, 0 to 1. */
  readonly before: number;
  readonly after: number;
  readonly deployment: string;
}

/** Figures of a regression, all of the same metric. */
export interface FindingFigures {
  /** `cpu-seconds-per-unit` or `cpu-share`. */
  readonly metric: string;
  /** What one unit of work is called. */
  readonly unitOfWork: string;
  readonly before: number;
  readonly after: number;
  readonly delta: number;
  /** `delta` as a share of what the whole service cost before, 0 to 1. */
  readonly deltaOfService: number;
  /** Deployment at which the cost changed. */
  readonly deployment: string;
}

/** Cost of functions before and after the change point, in the metric of the finding. */
export interface CostDomain {
  /** What the functions have in common, such as the caller above them or `service`. */
  readonly name: string;
  /** Cost of all of them together, each counted once. */
  readonly before: number;
  readonly after: number;
  /** Standard error of `after - before`. */
  readonly error: number;
  /** The functions with their own cost; those without a change may be left out. */
  readonly functions: readonly { readonly id: string; readonly before: number; readonly after: number }[];
  /** Profiles that it was computed from, as evidence. */
  readonly evidence: readonly string[];
}

/** A change that was considered as the cause. */
export interface RankedChange {
  readonly kind: Exclude<CauseKind, 'none'>;
  readonly title: string;
  /** 0 to 1. */
  readonly score: number;
}

/** What became of an attempt to take a commit back on the base. */
export type RevertAttempt =
  | {
      readonly status: 'clean';
      /** Unified diff against the base. */
      readonly patch: string;
      /** Id of the tree that the base becomes, for {@link RevertPort.findWords}. */
      readonly tree: string;
    }
  /** Later changes stand in the way, in these files. */
  | { readonly status: 'conflict'; readonly paths: readonly string[] }
  /** The commit has several parents, or none. */
  | { readonly status: 'merge' | 'root' }
  /** Nothing of it is left on the base. */
  | { readonly status: 'gone' };

/** Git, as far as a revert needs it. */
export interface RevertPort {
  /** Takes a commit back on the base with a three-way merge. */
  readonly revert: (commit: string) => Promise<RevertAttempt>;
  /** Lines of a tree that hold one of these words as a whole. */
  readonly findWords: (tree: string, words: readonly string[]) => Promise<readonly WordPlace[]>;
}

/** A line that holds a word. */
export interface WordPlace {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** An observation that a candidate rests on. */
export interface PlaybookFact {
  /** One sentence. */
  readonly text: string;
  /** What it can be checked against: commits, `path:line`, function identities. At least one. */
  readonly evidence: readonly string[];
}

/** How a draft can end, in the words of `draft.concluded`. */
export type PlaybookOutcome = 'patch' | 'revert' | 'config' | 'accept' | 'cost-shift' | 'abstain';

/** Something else that could be done. Words only: what was not measured has no figure. */
export interface PlaybookAlternative {
  readonly outcome: PlaybookOutcome;
  readonly title: string;
  /** What it takes. */
  readonly cost: string;
  /** What can go wrong. */
  readonly risk: string;
  readonly expectedSaving: string;
}

/** What is believed and not shown. */
export interface PlaybookHypothesis {
  readonly text: string;
  /** Probability that it is right, 0 to 1. */
  readonly confidence: number;
  /** The observation that would refute it. */
  readonly refutedBy: string;
}

/** What any conclusion may say beyond itself. */
interface Conclusion {
  /** What else could be done, best first. */
  readonly alternatives?: readonly PlaybookAlternative[];
  readonly hypotheses?: readonly PlaybookHypothesis[];
}

/** A diff, and what it is. */
export interface PlaybookCandidate {
  /** Unified diff against the base, with `a/` and `b/` prefixes. */
  readonly patch: string;
  /** Paths that it changes. */
  readonly files: readonly string[];
  /** What it does, one sentence. */
  readonly summary: string;
}

/** A conclusion with a diff. */
export interface PlaybookPatch extends PlaybookCandidate, Conclusion {
  /** `patch`: code is changed; `revert`: the root cause is taken back; `config`: a setting is changed. */
  readonly outcome: 'patch' | 'revert' | 'config';
  readonly facts: readonly PlaybookFact[];
  /** What it may change in behaviour, as the skill declares. */
  readonly allowedEffects: readonly string[];
  /** Further patches of the same outcome, best first. */
  readonly candidates?: readonly PlaybookCandidate[];
}

/** A conclusion that changes nothing: it tells a person what was found. */
export interface PlaybookNote extends Conclusion {
  readonly outcome: 'accept' | 'cost-shift';
  /** Markdown. Figures are those of the input, which come from records. */
  readonly note: string;
  /** One sentence. */
  readonly summary: string;
  readonly facts: readonly PlaybookFact[];
}

/** A reasoned decision not to touch the code. */
export interface PlaybookAbstention extends Conclusion {
  readonly outcome: 'abstain';
  /** Stable, kebab-case. */
  readonly reason: string;
  /** One or two sentences for a person. */
  readonly message: string;
  /** Set for an abstention that concludes: later skills are not tried, and a person reads its note. */
  readonly worthTelling?: true;
  /** Markdown, for one that is worth telling. */
  readonly note?: string;
  readonly facts?: readonly PlaybookFact[];
}

/** How a playbook ends. */
export type PlaybookResult = PlaybookPatch | PlaybookNote | PlaybookAbstention;

/** What a playbook makes of its input, before it becomes a patch. */
export interface PlaybookRewrite {
  /** New edits by file. */
  readonly files: readonly RewrittenFile[];
  readonly summary: string;
  readonly facts: readonly PlaybookFact[];
}

/** A file and the edits to it. */
export interface RewrittenFile {
  readonly path: string;
  readonly source: string;
  readonly edits: readonly { readonly start: number; readonly end: number; readonly text: string }[];
}

/** A deterministic rewrite: the same input always gives the same patch. */
export interface Playbook {
  /** Name of the skill that it belongs to. */
  readonly skill: string;
  /** Ids of the rules that the skill's folder must hold. */
  readonly rules: readonly string[];
  readonly rewrite: (
    input: PlaybookInput,
    rules: ReadonlyMap<string, PlaybookRule>,
  ) => Promise<PlaybookRewrite | PlaybookAbstention>;
}

/** A playbook of the kinds that need no rules: it concludes by itself. */
export interface ConcludingPlaybook {
  readonly conclude: (
    input: PlaybookInput,
    skill: { readonly name: string; readonly allowedEffects: readonly string[] },
  ) => Promise<PlaybookResult> | PlaybookResult;
}

/** Whether a result ends the work on a case: nothing else needs to be tried. */
export function concludes(
  result: PlaybookResult,
): result is Exclude<PlaybookResult, PlaybookAbstention> | (PlaybookAbstention & { readonly worthTelling: true }) {
  return result.outcome !== 'abstain' || result.worthTelling === true;
}

/** Makes an abstention. */
export function abstain(reason: string, message: string): PlaybookAbstention {
  return { outcome: 'abstain', reason, message };
}

/**
 * Most places that one patch of a playbook changes. Small patches are read; a function with more of one pattern is better
 * looked at by a person.
 */
export const MAX_SITES = 8;

/** Lines of a blamed range that a commit wrote. */
export function linesWrittenBy(
  commit: string,
  path: string,
  blame: readonly { readonly line: number; readonly commit: string }[],
): WrittenLines {
  return { path, lines: blame.filter((line) => line.commit === commit).map((line) => line.line) };
}
