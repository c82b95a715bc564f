import type { DifferentialRecord, Difference } from '../evidence/evidence.schema.js';
import type { RecordedCase, RunRecords } from './behaviour.records.js';
import { maskVaryingFields } from './log.masks.js';
import type { WatchPlan } from './watched.files.js';

const MAX_MASKS = 200;

/** Levels whose records a skill may have fewer of, from its declared effects. */
function mayLoseLevels(effects: readonly string[]): Set<string> {
  const prefix = 'fewer-log-records:';
  const levels = effects
    .filter((each) => each.startsWith(prefix))
    .flatMap((each) => each.slice(prefix.length).split(','));
  return new Set(levels);
}

/**
 * Compares what base and head did on the same tests. Base is given twice: where it differs from itself, nothing can be said
 * about head, and that is listed. A changed function of which nothing could be compared counts as untested. Lists all differences,
 * which may be more than a record holds.
 */
export function compareBehaviour(options: {
  plan: WatchPlan;
  base: RunRecords;
  baseAgain: RunRecords;
  head: RunRecords;
  allowedEffects: readonly string[];
}): DifferentialRecord {
  const { plan, base, head } = options;
  const differences: Difference[] = [];
  const masks: string[] = [];
  const functions = plan.functions.map((id) => compareFunction(id, options, differences, masks));
  const logRecords = compareLogs(options, differences, masks);
  const overflown = new Set([...base.overflown, ...head.overflown]);
  return {
    functions,
    logRecords,
    masks: masks.slice(0, MAX_MASKS),
    differences,
    untested: untestedOf(plan, functions, overflown, [base, head]).slice(0, 50),
  };
}

type FunctionResult = DifferentialRecord['functions'][number];

function compareFunction(
  id: string,
  { plan, base, baseAgain, head }: { plan: WatchPlan; base: RunRecords; baseAgain: RunRecords; head: RunRecords },
  differences: Difference[],
  masks: string[],
): FunctionResult {
  const [onBase, again, onHead] = [base, baseAgain, head].map(
    (run) => run.calls.get(id) ?? new Map<string, RecordedCase>(),
  );
  const result = {
    id,
    changed: plan.changed.includes(id),
    calls: { base: callCount(onBase!), head: callCount(onHead!) },
    compared: 0,
    masked: 0,
  };
  if (!sameKeys(outerKeys(onBase!), outerKeys(again!))) {
    masks.push(`${id}: its arguments differ between two runs of the base`);
    return { ...result, masked: onBase!.size };
  }
  for (const key of new Set([...onBase!.keys(), ...outerKeys(onHead!)])) {
    const [one, two, three] = [onBase!.get(key), again!.get(key), onHead!.get(key)];
    if (one && two && !sameCase(one, two)) {
      masks.push(`${id}(${one.args}): its result differs between two runs of the base`);
      result.masked++;
      continue;
    }
    const message = caseDifference(one, three, base, head);
    if (message === undefined) result.compared += one && three ? 1 : 0;
    else differences.push({ of: one && three ? 'return' : 'call', subject: id, message });
  }
  return result;
}

function callCount(cases: ReadonlyMap<string, RecordedCase>): number {
  const total = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((sum, each) => sum + each, 0);
  return [...cases.values()].reduce((sum, each) => sum + total(each.outer) + total(each.inner), 0);
}

function outerKeys(cases: ReadonlyMap<string, RecordedCase>): Set<string> {
  return new Set([...cases].filter(([, each]) => each.outer.size > 0).map(([key]) => key));
}

function sameKeys(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((key) => other.has(key));
}

function sameCounts(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([key, count]) => other.get(key) === count);
}

function allResults({ outer, inner }: RecordedCase): Set<string> {
  return new Set([...outer.keys(), ...inner.keys()]);
}

function sameCase(one: RecordedCase, other: RecordedCase): boolean {
  return sameCounts(one.outer, other.outer) && sameKeys(allResults(one), allResults(other));
}

/**
 * How often the tests call a function is theirs to say, so those calls are compared one by one. How often the functions call
 * each other is what a candidate may change: there the results must be the same, not their number.
 */
function caseDifference(
  one: RecordedCase | undefined,
  other: RecordedCase | undefined,
  base: RunRecords,
  head: RunRecords,
): string | undefined {
  const args = (one ?? other)?.args ?? '';
  const shown = (recorded: RecordedCase, run: RunRecords, known: ReadonlySet<string>): string => {
    const results = [...allResults(recorded)];
    const different = results.filter((each) => !known.has(each));
    return (different.length > 0 ? different : results)
      .slice(0, 2)
      .map((each) => run.results.get(each) ?? each)
      .join(' or ');
  };
  if (one && other) {
    const countsDiffer = !sameCounts(one.outer, other.outer);
    const resultsDiffer = !sameKeys(allResults(one), allResults(other));
    if (!resultsDiffer && !countsDiffer) return undefined;
    const before = shown(one, base, allResults(other));
    const after = shown(other, head, allResults(one));
    if (resultsDiffer) return `with arguments ${args} the base ${before}, the patch ${after}.`;
    return `with arguments ${args} results come in other numbers: the base ${before}, the patch ${after}.`;
  }
  if (one && one.outer.size > 0) return `with arguments ${args} it is called on the base, and not with the patch.`;
  if (other && other.outer.size > 0) return `with arguments ${args} it is called with the patch, and not on the base.`;
  return undefined;
}

/** A log record with its numbers, and words that hold digits, left out: what base itself varies is masked by this, so that another value is masked too. */
function templateOf(key: string): string {
  return key.replaceAll(/[\w.-]*\d[\w.-]*/g, '#');
}

function compareLogs(
  {
    base,
    baseAgain,
    head,
    allowedEffects,
  }: { base: RunRecords; baseAgain: RunRecords; head: RunRecords; allowedEffects: readonly string[] },
  differences: Difference[],
  masks: string[],
): DifferentialRecord['logRecords'] {
  const allowed = mayLoseLevels(allowedEffects);
  const logs = maskVaryingFields({ base, baseAgain, head });
  const masked = new Set<string>();
  for (const key of new Set([...logs.base.keys(), ...logs.baseAgain.keys()])) {
    if (logs.base.get(key) !== logs.baseAgain.get(key)) masked.add(templateOf(key));
  }
  masks.push(
    ...logs.masks,
    ...[...masked].map((key) => `log record ${key.replace('\n', ': ')}: differs between two runs of the base`),
  );
  const removed: Record<string, number> = {};
  let hidden = 0;
  for (const key of new Set([...logs.base.keys(), ...logs.head.keys()])) {
    const [before, after] = [logs.base.get(key) ?? 0, logs.head.get(key) ?? 0];
    if (masked.has(templateOf(key))) {
      hidden += before;
      continue;
    }
    if (before === after) continue;
    const [level = '', content = ''] = key.split('\n');
    if (after < before && allowed.has(level)) removed[level] = (removed[level] ?? 0) + before - after;
    else differences.push({ of: 'log', subject: `${level} log record`, message: logMessage(content, before, after) });
  }
  const total = (run: RunRecords): number => [...run.logs.values()].reduce((sum, each) => sum + each, 0);
  return { base: total(base), head: total(head), removed, masked: hidden };
}

function logMessage(content: string, before: number, after: number): string {
  return `${JSON.stringify(content.slice(0, 200))} is written ${before} times on the base and ${after} times with the patch.`;
}

/** What of a function's results cannot be compared; undefined where all can, or where it gives functions of the same text. */
function incomparable(given: readonly ReadonlySet<string>[]): string | undefined {
  const isSame = (what: string): boolean => what.startsWith('a function ') && given.every((one) => one.has(what));
  const found = given.flatMap((one) => [...one]).find((what) => !isSame(what));
  return found?.replace(/^(a function) .*$/, '$1');
}

function untestedOf(
  plan: WatchPlan,
  functions: readonly FunctionResult[],
  overflown: ReadonlySet<string>,
  runs: readonly RunRecords[],
): DifferentialRecord['untested'] {
  const untested = plan.uncovered.map((each) => ({ function: each.function, why: each.why }));
  for (const each of functions.filter(({ changed }) => changed)) {
    const given = incomparable(runs.map((run) => run.incomparable.get(each.id) ?? new Set()));
    if (each.calls.base === 0) untested.push({ function: each.id, why: 'no test calls it' });
    else if (each.compared === 0 && each.masked > 0) {
      untested.push({ function: each.id, why: 'it differs between two runs of the base' });
    } else if (given !== undefined) {
      untested.push({ function: each.id, why: `it gives ${given}, which cannot be compared` });
    }
  }
  const called = functions.some((each) => each.calls.base > 0);
  if (untested.length === 0 && !called) {
    untested.push({
      function: plan.functions[0] ?? 'the changed code',
      why: 'no test calls a function of the changed files',
    });
  }
  if (overflown.has('records'))
    untested.push({ function: 'the changed code', why: 'the tests make more calls than can be compared' });
  return untested;
}
