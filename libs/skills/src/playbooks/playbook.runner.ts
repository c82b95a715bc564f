import { isJavaScriptPath, parseFunctionId } from '@headroom/source';
import type { Skill } from '../skill/skill.js';
import { parseTree } from '../syntax/source.tree.js';
import { applyEdits, unifiedDiff } from '../syntax/unified.diff.js';
import { configEditPlaybook } from './config-edit.playbook.js';
import { gitRevertPlaybook } from './git-revert.playbook.js';
import { logSamplingPlaybook } from './log-sampling.playbook.js';
import {
  abstain,
  type ConcludingPlaybook,
  type Playbook,
  type PlaybookInput,
  type PlaybookResult,
  type RewrittenFile,
} from './playbook.js';
import { notePlaybook } from './note.playbook.js';
import { formattedAsRepository } from '../rules/repository.format.js';
import { rewriteByRules } from '../rules/rules.playbook.js';
import { regexPrecompilePlaybook } from './regex-precompile.playbook.js';

const PLAYBOOKS: readonly Playbook[] = [logSamplingPlaybook, regexPrecompilePlaybook];

/** Playbooks that need no rules, by the word of `headroom.dev/playbook`. */
const CONCLUDING: Readonly<Record<string, ConcludingPlaybook | undefined>> = {
  'git-revert': gitRevertPlaybook,
  'config-edit': configEditPlaybook,
  note: notePlaybook,
};

/** The playbook registered under a skill's name; undefined for a skill that is text only. */
export function playbookOf(name: string): Playbook | undefined {
  return PLAYBOOKS.find((playbook) => playbook.skill === name);
}

/**
 * Runs a skill's playbook: rules that rewrite with every guard checked, a revert, a setting, or a note. It concludes, or abstains and
 * says why.
 * Deterministic, and idempotent: run on its own result it abstains. Throws `HEADROOM_FUNCTION_ID_INVALID` for a subject that is
 * no function identity, and whatever `readFile` throws.
 */
export async function runPlaybook(skill: Skill, input: PlaybookInput): Promise<PlaybookResult> {
  parseFunctionId(input.subject);
  if (skill.playbook === undefined) {
    return abstain('no-playbook', `The skill ${skill.name} has no playbook; it needs a person or a model.`);
  }
  const concluding = Object.hasOwn(CONCLUDING, skill.playbook) ? CONCLUDING[skill.playbook] : undefined;
  return concluding ? await concluding.conclude(input, skill) : await rewritten(skill, input);
}

async function rewritten(skill: Skill, input: PlaybookInput): Promise<PlaybookResult> {
  // What is written as code knows JavaScript only; the rules of a skill speak for the other languages.
  const playbook = isJavaScriptPath(parseFunctionId(input.subject).path) ? playbookOf(skill.name) : undefined;
  const rules = new Map(skill.rules.map((rule) => [rule.id, rule]));
  const missing = playbook?.rules.filter((id) => !rules.has(id)) ?? [];
  if (missing.length > 0) {
    return abstain('playbook-incomplete', `The skill ${skill.name} lacks the rules ${missing.join(', ')}.`);
  }
  const rewrite = await (playbook ? playbook.rewrite(input, rules) : rewriteByRules(skill, input));
  if ('outcome' in rewrite) return rewrite;
  const broken = rewrite.files.find((file) => !parsesAfterwards(file));
  if (broken) return abstain('rewrite-does-not-parse', `The rewritten ${broken.path} would not parse.`);
  // A patch of what was read could not be applied: the bytes are others.
  const foreign = rewrite.files.find(({ source }) => source.includes('\uFFFD'));
  if (foreign) return abstain('source-unreadable', `${foreign.path} is no text of UTF-8.`);
  const files = await Promise.all(rewrite.files.map((file) => formatted(file, input)));
  return {
    outcome: 'patch',
    patch: files.map((file) => unifiedDiff(file.path, file.source, file.edits)).join(''),
    files: files.map((file) => file.path),
    summary: rewrite.summary,
    facts: rewrite.facts,
    allowedEffects: skill.allowedEffects,
  };
}

async function formatted(file: RewrittenFile, input: PlaybookInput): Promise<RewrittenFile> {
  const result = await formattedAsRepository(file, input);
  return parsesAfterwards(result) ? result : file;
}

function parsesAfterwards(file: RewrittenFile): boolean {
  return parseTree(applyEdits(file.source, file.edits), file.path) !== undefined;
}
