import type { DifferentialRecord } from '../evidence/evidence.schema.js';
import type { Side } from '../checkouts.js';
import { compareBehaviour } from './behaviour.comparison.js';
import type { InstrumentedRun } from './differential.run.js';
import type { WatchedPythonFile } from './watchable.python.js';
import { watchPlan, type ChangedFile, type WatchPlan } from './watched.files.js';

/** Content of files by path; undefined = the file is not there. */
export type FileTexts = ReadonlyMap<string, string | undefined>;

/** What is put into a copy of a side before its tests run. */
export interface WatchedSide {
  texts: FileTexts;
  /** Files of Python whose functions are recorded: their text stays as it is. */
  python: readonly WatchedPythonFile[];
}

/** What is compared, and how it is run. */
export interface BehaviourExamination {
  files: readonly ChangedFile[];
  allowedEffects: readonly string[];
  change?: 'patch' | 'revert' | 'config' | undefined;
  /** Of a revert: its files as they stood before the change that it takes back. */
  before?: { commit: string; texts: FileTexts } | undefined;
  /** Runs the tests on a copy of a side with these files in place; undefined where they fail only because of that. */
  record: (side: Side, watched: WatchedSide) => Promise<InstrumentedRun | undefined>;
  /** What failed, when a run is undefined. */
  failure: () => string;
}

/**
 * Compares what base and head do on the same tests. Of a revert, a difference from the base counts only where the head also differs
 * from the base with the files of before the cause in it: what the cause changed by design is meant to come back.
 */
export async function examineBehaviour(examination: BehaviourExamination): Promise<DifferentialRecord> {
  const { files, change } = examination;
  const plan = watchPlan(files);
  const found = await compared(examination, plan, plan.base);
  if (!found) return unrecorded(plan, examination.failure());
  // Configuration has no functions that could be watched: tests and log records speak for it.
  if (change === 'config' && plan.functions.length === 0) return bounded({ ...found, untested: [] });
  return bounded(await withRestored(examination, found));
}

/** As many differences as a record holds: only in the end, so that none hides another. */
const MAX_DIFFERENCES = 50;

function bounded({ restored, ...found }: DifferentialRecord): DifferentialRecord {
  const first = (all: DifferentialRecord['differences']) => all.slice(0, MAX_DIFFERENCES);
  return {
    ...found,
    differences: first(found.differences),
    ...(restored && { restored: { ...restored, differences: first(restored.differences) } }),
  };
}

async function compared(
  { record, allowedEffects }: BehaviourExamination,
  plan: WatchPlan,
  baseTexts: FileTexts,
): Promise<DifferentialRecord | undefined> {
  const onBase = { texts: baseTexts, python: plan.python.base };
  const base = await record('base', onBase);
  const baseAgain = base && (await record('base', onBase));
  const head = baseAgain && (await record('head', { texts: plan.head, python: plan.python.head }));
  if (!base || !baseAgain || !head) return undefined;
  const records = { base: base.records, baseAgain: baseAgain.records, head: head.records };
  return compareBehaviour({ plan, ...records, allowedEffects });
}

function unrecorded(plan: WatchPlan, what: string): DifferentialRecord {
  return {
    functions: [],
    logRecords: { base: 0, head: 0, removed: {}, masked: 0 },
    masks: [],
    differences: [],
    untested: [{ function: plan.changed[0] ?? 'the changed code', why: `${what} while its calls are recorded` }],
  };
}

async function withRestored(examination: BehaviourExamination, found: DifferentialRecord): Promise<DifferentialRecord> {
  const { before, files } = examination;
  if (!before || found.differences.length === 0) return found;
  const left = await differingSubjects(examination, before.texts, files);
  if (!left) return found;
  const differences = found.differences.filter(({ subject }) => left.has(subject));
  const restored = found.differences.filter(({ subject }) => !left.has(subject));
  if (restored.length === 0) return found;
  return { ...found, differences, restored: { commit: before.commit, differences: restored } };
}

/** Functions and log levels in which the head differs from what was before the cause; undefined where that cannot be told. */
async function differingSubjects(
  examination: BehaviourExamination,
  before: FileTexts,
  files: readonly ChangedFile[],
): Promise<Set<string> | undefined> {
  const pathOf = ({ path, oldPath }: ChangedFile): string => oldPath ?? path;
  if (files.every((file) => before.get(pathOf(file)) === file.head)) return new Set();
  const plan = watchPlan(files.map((file) => ({ ...file, base: before.get(pathOf(file)) })));
  const found = await compared(examination, plan, new Map([...before, ...plan.base]));
  return found && new Set(found.differences.map(({ subject }) => subject));
}
