import type { PlaybookRule } from '../rules/rule.file.js';

/** Which side of the work a skill serves: found opportunities (offense) or regressions (defense). */
export type SkillSide = 'offense' | 'defense';

/** What kind of knowledge a skill holds. */
export type SkillKind = 'mitigation' | 'opportunity' | 'analysis' | 'validation' | 'assistant';

/** Ways in which a skill acts without a model: by rules of its folder, by reverting, by a setting, or by a diagnosis alone. */
export const PLAYBOOK_KINDS = ['rules', 'git-revert', 'config-edit', 'note'] as const;

/** How the playbook of a skill works. */
export type PlaybookKind = (typeof PLAYBOOK_KINDS)[number];

/** When a model may work on a case with the skill's text. */
export type SkillModelUse = 'never' | 'after-playbook' | 'only';

/**
 * One condition of `headroom.dev/applies-to`, such as `lang:typescript`. Conditions of one key are alternatives, all keys must be
 * met, and what is negated (`not-cause:config`) must not hold.
 */
export interface SkillPredicate {
  /** Without `not-`. */
  readonly key: string;
  readonly value: string;
  /** Absent = it must hold. */
  readonly negated?: true;
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
  /** Other skills whose text goes along, and whose playbooks are tried after its own. */
  readonly uses: readonly string[];
  /** As written: a {@link PlaybookKind}, or a word of a newer version that is not known here; undefined for `none`. */
  readonly playbook?: string;
  /** Where the file does not say: `never` with a playbook, `only` for a mitigation or opportunity without one. */
  readonly model: SkillModelUse;
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
  /** Rules of its folder `rules`; those of a skill without a playbook are only looked for. */
  readonly rules: readonly PlaybookRule[];
}
