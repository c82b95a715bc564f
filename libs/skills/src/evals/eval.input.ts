import type { PlaybookInput } from '../playbooks/playbook.js';
import { matchInputOf, type MatchedDossier, type MatchInput } from '../matching/match.input.js';
import { ruleMatcher } from '../matching/rule.matches.js';
import { changedFiles } from '../matching/changed.files.js';
import type { EvalCase, EvalSpec } from './eval.case.js';
import { factsOf } from './eval.facts.js';
import type { EvalHistory } from './eval.history.js';

/** Commit that stands for the change of a case. */
export const EVAL_COMMIT = 'e7a1'.repeat(10);

/** The dossier that a case stands for, as far as skills are matched by it. */
export async function matchInputOfEval(one: EvalCase): Promise<MatchInput> {
  const { spec, files } = one;
  const dossier = dossierOf(one);
  const { chain, callees } = framesOf(spec);
  const ruleMatches = await ruleMatcher([spec.subject, ...chain, ...callees], (path) => files[path]);
  const beyond = { frames: idsOf(spec.frames), ruleMatches, ...(spec.codebase && { codebase: spec.codebase }) };
  return { ...matchInputOf(dossier, beyond), type: spec.type };
}

/** What a playbook is given for a case; `files` are those of the base, or what they became. `history` where the change is a real commit. */
export function playbookInputOf(
  { spec }: Pick<EvalCase, 'spec'>,
  files: Readonly<Record<string, string>>,
  history?: EvalHistory,
): PlaybookInput {
  const { kind, subject, cause } = spec;
  const { chain, callees } = framesOf(spec);
  const written = cause.kind === 'commit' ? { ...writtenIn(history), ...cause.written } : undefined;
  return {
    subject,
    readFile: (path) => files[path],
    ...(written && {
      suspect: {
        commit: history?.commit ?? EVAL_COMMIT,
        ...('title' in cause && { title: cause.title }),
        ...(history && { diff: history.diff }),
        written: Object.entries(written).map(([path, texts]) => ({
          path,
          lines: linesWith(files[path] ?? '', texts).map(({ line }) => line),
        })),
      },
    }),
    ...(history && { readBefore: history.readBefore, reverting: history.reverting }),
    ...(kind === 'regression' && { chain, grownCallees: callees }),
    listFiles: () => Object.keys(files),
    ...factsOf(spec, history?.commit ?? EVAL_COMMIT),
  };
}

/** Lines that a commit wrote, by file, where they say something. */
function writtenIn(history: EvalHistory | undefined): Record<string, readonly string[]> {
  const files = history ? changedFiles(history.diff) : [];
  return Object.fromEntries(files.map(({ path, added }) => [path, added.filter((line) => line.trim() !== '')]));
}

function framesOf({ subject, chain, grownCallees }: EvalSpec): {
  chain: readonly string[];
  callees: readonly string[];
} {
  return { chain: chain ?? [subject], callees: idsOf(grownCallees) };
}

function idsOf(frames: EvalSpec['frames']): string[] {
  return frames.map((frame) => (typeof frame === 'string' ? frame : frame.id));
}

function dossierOf({ spec, files, diff }: EvalCase): MatchedDossier {
  const { kind, subject, cause, type, shift, growth } = spec;
  const { chain, callees } = framesOf(spec);
  const ids = (list: readonly string[]) => list.map((id) => ({ id }));
  const regression = {
    metric: type,
    deltaOfService: growth === 'large' ? 1 : 0,
    chain: ids(chain),
    grownCallees: ids(callees),
    qualityFlags: shift === 'flat' ? ['cost-shift'] : [],
  };
  const suspectDiff = diff ?? diffOfWritten(spec, files);
  return {
    finding: { kind, subject, ...(kind === 'regression' && { regression }) },
    rootCause: cause.kind === 'none' ? { status: 'abstained' } : { status: 'named', cause },
    ...(suspectDiff !== '' && { suspectDiff }),
  };
}

/** The change as if it had done nothing but add the lines that it wrote. */
function diffOfWritten({ cause }: EvalSpec, files: Readonly<Record<string, string>>): string {
  if (cause.kind !== 'commit') return '';
  const parts = Object.entries(cause.written).map(([path, texts]) => {
    const hunks = linesWith(files[path] ?? '', texts).map(
      ({ line, text }) => `@@ -${line},0 +${line},1 @@\n+${text}\n`,
    );
    return `--- a/${path}\n+++ b/${path}\n${hunks.join('')}`;
  });
  return parts.join('');
}

/** Lines that hold one of some texts. */
export function linesWith(source: string, texts: readonly string[]): { line: number; text: string }[] {
  return source
    .split('\n')
    .map((text, index) => ({ line: index + 1, text }))
    .filter(({ text }) => texts.some((part) => text.includes(part)));
}
