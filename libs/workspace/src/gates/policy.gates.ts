import { HeadroomError } from '@headroom/contracts';
import { parsePatch, type PatchedFile, type PatchSummary } from '../git/patch.js';
import { brokenLines, type LineRule } from './added.lines.js';
import { brokenPathRule, type PathRule } from './protected.paths.js';

/** What a candidate did that policy does not allow. */
export type PolicyRule =
  | PathRule
  | LineRule
  | 'patch-unreadable'
  | 'does-not-apply'
  | 'empty-patch'
  | 'too-large'
  | 'too-many-files'
  | 'too-many-lines'
  | 'symlink'
  | 'submodule'
  | 'mode-change'
  | 'binary'
  | 'subject-untouched'
  | 'unknown-effect'
  | 'not-configuration'
  /** Of a note. */
  | 'note-too-large'
  | 'note-figure'
  | 'note-figure-unknown'
  | 'note-secret'
  /** Of the repository's own policy. */
  | 'target-policy-invalid'
  | 'opportunities-off'
  | 'skill-disabled';

/** One broken rule. */
export interface PolicyViolation {
  rule: PolicyRule;
  path?: string;
  /** A sentence for a person. */
  message: string;
}

/** Caps and protected files of one service. */
export interface PolicyLimits {
  maxFiles: number;
  /** Added and removed lines together. */
  maxChangedLines: number;
  /** Path patterns that no candidate may touch, beside the built-in ones. */
  protect: readonly string[];
  /** Path patterns of the benchmark. */
  harness: readonly string[];
}

/** Largest patch text, bytes. */
const MAX_PATCH_BYTES = 262_144;

/** Effects that a skill may declare and that this verifier can check. */
export const KNOWN_EFFECT = /^fewer-log-records:(?:trace|debug|info)(?:,(?:trace|debug|info))*$/;

/**
 * Everything about a candidate that policy does not allow, read from its text alone; empty when it may be examined further.
 * @param subject function id: the patch must touch its file, or one of `causeFiles`
 * @param causeFiles files that the subject's file reaches, such as those of its callees
 */
export function policyViolations(options: {
  patch: string;
  limits: PolicyLimits;
  subject: string;
  causeFiles?: readonly string[];
  allowedEffects: readonly string[];
  /** What the patch is: a change of configuration touches nothing else, and need not touch the subject's files. @default 'patch' */
  change?: 'patch' | 'revert' | 'config' | undefined;
}): PolicyViolation[] {
  const size = Buffer.byteLength(options.patch);
  if (size > MAX_PATCH_BYTES) {
    return [{ rule: 'too-large', message: `The patch has ${size} bytes; at most ${MAX_PATCH_BYTES} are allowed.` }];
  }
  let summary: PatchSummary;
  try {
    summary = parsePatch(options.patch);
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return [{ rule: 'patch-unreadable', message: error.message }];
  }
  if (summary.files.length === 0) return [{ rule: 'empty-patch', message: 'The patch changes no file.' }];
  return [
    ...capViolations(summary, options.limits),
    ...summary.files.flatMap((file) => fileViolations(file, options.limits)),
    ...(options.change === 'config'
      ? configViolations(summary)
      : subjectViolations(summary, options.subject, options.causeFiles ?? [])),
    ...lineViolations(options.patch, summary),
    ...effectViolations(options.allowedEffects),
  ];
}

/** What of a patch breaks the caps and the protected paths of a policy, and nothing else. */
export function limitViolations(
  patch: string,
  limits: Pick<PolicyLimits, 'maxFiles' | 'maxChangedLines' | 'protect'>,
): PolicyViolation[] {
  const summary = parsePatch(patch);
  return [
    ...capViolations(summary, limits),
    ...summary.files.flatMap((file) => fileViolations(file, { ...limits, harness: [] })),
  ];
}

function capViolations(
  summary: PatchSummary,
  limits: Pick<PolicyLimits, 'maxFiles' | 'maxChangedLines'>,
): PolicyViolation[] {
  const lines = summary.addedLines + summary.removedLines;
  const violations: PolicyViolation[] = [];
  if (summary.files.length > limits.maxFiles) {
    const message = `The patch touches ${summary.files.length} files; at most ${limits.maxFiles} are allowed.`;
    violations.push({ rule: 'too-many-files', message });
  }
  if (lines > limits.maxChangedLines) {
    const message = `The patch changes ${lines} lines; at most ${limits.maxChangedLines} are allowed.`;
    violations.push({ rule: 'too-many-lines', message });
  }
  return violations;
}

const PATH_MESSAGES = {
  'dot-path': 'a name in its path begins with a dot',
  'agent-instructions-edited': 'it instructs agents',
  'codeowners-edited': 'it says who owns the code',
  'ci-edited': 'it is part of how the code is built or checked',
  'test-weakened': 'it is part of the tests',
  'benchmark-edited': 'it is part of the benchmark',
  'manifest-edited': 'it is a manifest or a lockfile',
  'generated-file': 'it is generated or foreign',
  'protected-path': 'the configuration protects it',
} as const satisfies Record<PathRule, string>;

function fileViolations(file: PatchedFile, limits: PolicyLimits): PolicyViolation[] {
  const violations: PolicyViolation[] = [];
  for (const path of new Set([file.path, ...(file.oldPath === undefined ? [] : [file.oldPath])])) {
    const rule = brokenPathRule(path, limits.harness, limits.protect);
    if (rule) violations.push({ rule, path, message: `${path} may not be touched: ${PATH_MESSAGES[rule]}.` });
  }
  const { path } = file;
  if (file.symlink) violations.push({ rule: 'symlink', path, message: `${path} is a symbolic link.` });
  if (file.submodule) violations.push({ rule: 'submodule', path, message: `${path} is a submodule.` });
  if (file.modeChange && !file.symlink && !file.submodule) {
    const { from, to } = file.modeChange;
    violations.push({ rule: 'mode-change', path, message: `${path} changes its mode from ${from} to ${to}.` });
  }
  if (file.binary) violations.push({ rule: 'binary', path, message: `${path} is changed as binary content.` });
  return violations;
}

function subjectViolations(summary: PatchSummary, subject: string, causeFiles: readonly string[]): PolicyViolation[] {
  const subjectFile = subject.slice(0, subject.indexOf(':'));
  const wanted = new Set([subjectFile, ...causeFiles]);
  const touched = summary.files.some((file) => wanted.has(file.path) || wanted.has(file.oldPath ?? file.path));
  if (touched) return [];
  const message = `The patch touches none of the files that the case is about (${[...wanted].slice(0, 5).join(', ')}).`;
  return [{ rule: 'subject-untouched', message }];
}

const CONFIGURATION = /\.(?:json|jsonc|json5|ya?ml|toml|ini|properties|conf|cfg)$/i;

function configViolations(summary: PatchSummary): PolicyViolation[] {
  return summary.files
    .filter(({ path }) => !CONFIGURATION.test(path))
    .map(({ path }) => ({ rule: 'not-configuration', path, message: `${path} is not a configuration file.` }));
}

const LINE_MESSAGES = {
  secret: 'looks like a credential',
  'environment-sensitive': 'depends on where the code runs, so its figures would prove nothing',
  threat: 'starts, loads or hides code',
} as const satisfies Record<LineRule, string>;

function lineViolations(patch: string, summary: PatchSummary): PolicyViolation[] {
  return brokenLines(patch).map(({ rule, file, text }) => {
    const path = summary.files[file]?.path;
    const shown = text === '' ? 'An added line' : `The added line "${text}"`;
    return { rule, ...(path === undefined ? {} : { path }), message: `${shown} ${LINE_MESSAGES[rule]}.` };
  });
}

function effectViolations(effects: readonly string[]): PolicyViolation[] {
  return effects
    .filter((effect) => !KNOWN_EFFECT.test(effect))
    .map((effect) => ({ rule: 'unknown-effect', message: `The effect "${effect}" cannot be checked.` }));
}
