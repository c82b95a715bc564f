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
}

/** What a playbook is given. It reads nothing else. */
export interface PlaybookInput {
  /** Function identity: `repository-relative/path.ts:qualified.name`. */
  readonly subject: string;
  /** Content of a file of the base; undefined for one that does not exist. */
  readonly readFile: (path: string) => Promise<string | undefined> | string | undefined;
  /** Absent when no root cause was named, or when it is not a commit. */
  readonly suspect?: Suspect;
  /** Function identities from the outermost frame to the subject. */
  readonly chain?: readonly string[];
  /** Function identities of the frames below the subject that gained cost. */
  readonly grownCallees?: readonly string[];
}

/** An observation that a candidate rests on. */
export interface PlaybookFact {
  /** One sentence. */
  readonly text: string;
  /** What it can be checked against: commits, `path:line`, function identities. At least one. */
  readonly evidence: readonly string[];
}

/** A candidate. */
export interface PlaybookPatch {
  readonly outcome: 'patch';
  /** Unified diff against the base, with `a/` and `b/` prefixes. */
  readonly patch: string;
  /** Paths that it changes. */
  readonly files: readonly string[];
  /** What it does, one sentence. */
  readonly summary: string;
  readonly facts: readonly PlaybookFact[];
  /** What it may change in behaviour, as the skill declares. */
  readonly allowedEffects: readonly string[];
}

/** A reasoned decision not to touch the code. */
export interface PlaybookAbstention {
  readonly outcome: 'abstain';
  /** Stable, kebab-case. */
  readonly reason: string;
  /** One or two sentences for a person. */
  readonly message: string;
}

/** How a playbook ends. */
export type PlaybookResult = PlaybookPatch | PlaybookAbstention;

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
