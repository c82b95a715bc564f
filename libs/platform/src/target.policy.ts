import { HeadroomError, messageOf, nameSchema } from '@headroom/contracts';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { problemsOf } from './config.problems.js';
import type { ServiceConfig, VerificationSettings } from './config.schema.js';

/** Names under which a repository may say what it wants of Headroom. */
export const TARGET_POLICY_FILES = ['.headroom.yml', '.headroom.yaml'] as const;

/** Largest such file, characters. */
const LONGEST = 65_536;

const targetPolicySchema = z.strictObject({
  version: z.literal(1),
  policy: z
    .strictObject({
      maxFiles: z.int().min(1),
      maxChangedLines: z.int().min(1),
      /** Path patterns, seen from the repository's root. */
      protect: z.array(z.string().min(1)).max(1000),
    })
    .partial()
    .default({}),
  /** Skills that may not touch this repository. */
  skills: z.strictObject({ disabled: z.array(nameSchema).max(200).default([]) }).prefault({}),
  /** `off` = only regressions are worked on. */
  opportunities: z.enum(['on', 'off']).default('on'),
  /** `off` = no code of this repository is sent to a model, whatever the operator says. */
  model: z.enum(['on', 'off']).default('on'),
  /** Smallest improvement worth a proposal, as a ratio of CPU per operation. */
  minimumEffect: z.number().min(0).max(0.9).optional(),
});
/** What a repository says in its own file. */
export type TargetPolicy = z.infer<typeof targetPolicySchema>;

/** The operator's policy as far as a repository can tighten it. */
export interface OperatorPolicy {
  policy: ServiceConfig['policy'];
  minimumEffect: VerificationSettings['minimumEffect'];
}

/** What holds: the operator's policy, tightened by the repository's own. */
export interface EffectivePolicy extends OperatorPolicy {
  disabledSkills: readonly string[];
  opportunities: 'on' | 'off';
  model: 'on' | 'off';
  /** What the repository asked for and does not get, because it would widen the operator's policy: one sentence each. */
  notes: readonly string[];
}

function invalid(name: string, problems: readonly string[], cause?: unknown): HeadroomError {
  const text = problems.map((problem) => `  ${problem}`).join('\n');
  return new HeadroomError(`${name} on the base branch is not valid, so nothing is proposed for it:\n${text}`, {
    code: 'HEADROOM_TARGET_POLICY_INVALID',
    details: { problems },
    cause,
  });
}

/** The error for a policy file that cannot be read as one. */
export function unreadableTargetPolicy(name: string): HeadroomError {
  return invalid(name, ['(top level): must be a regular file; replace the link or folder by one']);
}

/**
 * Reads the text of a repository's policy file.
 * @param name path of the file, for messages
 * @throws HeadroomError `HEADROOM_TARGET_POLICY_INVALID`: every problem with its key, what was found and what is allowed
 */
export function parseTargetPolicy(text: string, name: string): TargetPolicy {
  if (text.length > LONGEST) throw invalid(name, [`(top level): is longer than ${LONGEST} characters; shorten it`]);
  let value: unknown;
  try {
    const document = parseDocument(text, { uniqueKeys: true });
    const [broken] = document.errors;
    if (broken) throw broken;
    value = document.toJS();
  } catch (error) {
    throw invalid(name, [`(top level): is not valid YAML: ${messageOf(error).split('\n')[0]}`], error);
  }
  const parsed = targetPolicySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(name, problemsOf(parsed.error, value));
}

/** The operator's policy with what a repository asks for, wherever that is tighter. Pure. */
export function tightenedPolicy(operator: OperatorPolicy, targets: readonly TargetPolicy[]): EffectivePolicy {
  const effective = { ...operator, policy: { ...operator.policy } };
  const notes: string[] = [];
  const lower = (key: 'maxFiles' | 'maxChangedLines', asked: number | undefined): void => {
    if (asked === undefined) return;
    if (asked > operator.policy[key]) notes.push(ignored(`policy.${key}`, asked, operator.policy[key]));
    effective.policy[key] = Math.min(effective.policy[key], asked);
  };
  for (const { policy, minimumEffect } of targets) {
    lower('maxFiles', policy.maxFiles);
    lower('maxChangedLines', policy.maxChangedLines);
    effective.policy.protect = [...new Set([...effective.policy.protect, ...(policy.protect ?? [])])];
    if (minimumEffect === undefined) continue;
    if (minimumEffect < operator.minimumEffect) {
      notes.push(ignored('minimumEffect', minimumEffect, operator.minimumEffect));
    }
    effective.minimumEffect = Math.max(effective.minimumEffect, minimumEffect);
  }
  return {
    ...effective,
    disabledSkills: [...new Set(targets.flatMap(({ skills }) => skills.disabled))],
    opportunities: targets.some(({ opportunities }) => opportunities === 'off') ? 'off' : 'on',
    model: targets.some(({ model }) => model === 'off') ? 'off' : 'on',
    notes,
  };
}

function ignored(key: string, asked: number, holds: number): string {
  return `The repository's own policy asks for ${key}: ${asked}, which would widen the operator's ${holds}; ${holds} holds.`;
}
