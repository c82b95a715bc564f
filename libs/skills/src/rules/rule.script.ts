import { join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { z } from 'zod';
import { outputOfConfined } from './confined.script.js';
import type { GuardRefusal } from './guards/guard.js';
import type { PlaybookRule } from './rule.file.js';

/** What a script is told of a match, as JSON on its standard input. */
export interface ScriptQuestion {
  readonly rule: string;
  readonly path: string;
  /** Qualified name of the function that the match is in. */
  readonly function: string;
  readonly match: string;
  /** Texts of the metavariables; of several nodes, one each. */
  readonly captures: Readonly<Record<string, string | readonly string[]>>;
}

const answerSchema = z.union([
  z.strictObject({ texts: z.record(z.string(), z.string().max(20_000)) }),
  z.strictObject({
    refuse: z.strictObject({
      reason: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
      message: z.string().min(1).max(500),
    }),
  }),
]);

/** Longest run of a script, milliseconds. */
const TIMEOUT_MS = 10_000;
const MAX_OUTPUT = 100_000;

/**
 * Asks the script of a rule about a match: the texts that it gives for the fix, or why the match stays. It runs in a process of its own
 * that may read the skill's folder and nothing else, write nothing, start nothing, and has an empty environment.
 * @param dir folder of the skill
 * @param timeoutMs longest run, milliseconds
 * @throws HeadroomError `HEADROOM_SKILL_SCRIPT_FAILED`: it ended with a failure, took too long, or answered something else
 */
export async function askScript(
  dir: string,
  { id, script }: PlaybookRule,
  question: ScriptQuestion,
  timeoutMs = TIMEOUT_MS,
): Promise<ReadonlyMap<string, string> | GuardRefusal> {
  const { run, gives } = script!;
  const failed = (why: string, cause?: unknown): HeadroomError =>
    new HeadroomError(`The script ${run} of the rule ${id} ${why}. Mend the skill, or disable it (skills.disabled).`, {
      code: 'HEADROOM_SKILL_SCRIPT_FAILED',
      details: { script: run, rule: id },
      cause,
    });
  const output = await outputOfConfined({
    script: join(dir, run),
    cwd: dir,
    reads: [dir],
    input: JSON.stringify(question),
    timeoutMs,
    maxOutput: MAX_OUTPUT,
  }).catch((error: unknown) => {
    throw failed(messageOf(error), error);
  });
  const parsed = answerSchema.safeParse(jsonOf(output));
  if (!parsed.success) throw failed('answered something else than {"texts": …} or {"refuse": {"reason", "message"}}');
  if ('refuse' in parsed.data) return parsed.data.refuse;
  const { texts } = parsed.data;
  const missing = gives.filter((name) => texts[name] === undefined);
  if (missing.length > 0) throw failed(`gave no text for ${missing.join(', ')}`);
  return new Map(gives.map((name) => [name, texts[name]!]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
