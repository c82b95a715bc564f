import type { PlaybookRule } from '../rules/rule.file.js';

/** Which side of the work a skill serves: found opportunities (offense) or regressions (defense). */
export type SkillSide = 'offense' | 'defense';

/** What kind of knowledge a skill holds. */
export type SkillKind = 'mitigation' | 'opportunity' | 'analysis' | 'validation' | 'assistant';

/** One condition of `headroom.dev/applies-to`, such as `lang:typescript`. Conditions of one key are alternatives. */
export interface SkillPredicate {
  readonly key: string;
  readonly value: string;
}

/** What is written in a `SKILL.md`, checked. Format: agentskills.io, with Headroom's fields as strings in `metadata`. */
export interface SkillFile {
  /** 1 to 64 lower-case letters, digits and hyphens; equals the folder's name. */
  readonly name: string;
  /** What the skill does and when to use it, at most 1024 characters. */
  readonly description: string;
  readonly license?: string;
  readonly compatibility?: string;
  readonly allowedTools?: string;
  /** All metadata as written, Headroom's keys included. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly kind: SkillKind;
  /** At least one. */
  readonly sides: readonly SkillSide[];
  /** Semantic version; rises with any change of the folder. */
  readonly version: string;
  readonly appliesTo: readonly SkillPredicate[];
  readonly requiresTools: readonly string[];
  /** Folder of the playbook's rules, relative to the skill; undefined for `none`. */
  readonly playbook?: string;
  /** What the skill may change in behaviour, such as `fewer-log-records:debug,info`; empty = nothing. */
  readonly allowedEffects: readonly string[];
  /** The Markdown below the header. */
  readonly body: string;
}

/** A skill as loaded from its folder. */
export interface Skill extends SkillFile {
  /** Folder of the skill. */
  readonly dir: string;
  /** SHA-256, hexadecimal, over the sorted relative paths of the folder's files and the digests of their contents. */
  readonly digest: string;
  /** The playbook's rules; empty without a playbook. */
  readonly rules: readonly PlaybookRule[];
}
