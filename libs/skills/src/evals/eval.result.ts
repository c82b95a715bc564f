/** One thing that was checked of an outcome. */
export interface AssertionResult {
  /** What must hold, one sentence. */
  readonly text: string;
  readonly passed: boolean;
  /** What was seen. */
  readonly evidence: string;
}

/** How a case was run: by the playbook alone, or by a model with the skill's text or without it. */
export type EvalArm = 'playbook' | 'with-skill' | 'without-skill';

/** What became of a case. */
export interface EvalResult {
  readonly skill: string;
  readonly id: string;
  readonly arm: EvalArm;
  /** `needs-model`: what could be checked holds; the outcome is a model's, and none was run. */
  readonly status: 'passed' | 'failed' | 'needs-model';
  readonly assertions: readonly AssertionResult[];
  /** Of a model; 0 without one. */
  readonly tokens: number;
  readonly durationMs: number;
}

/** Counts of results. */
export interface EvalSummary {
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly needsModel: number;
}

/** Counts what became of cases. */
export function summaryOf(results: readonly EvalResult[]): EvalSummary {
  const count = (status: EvalResult['status']) => results.filter((one) => one.status === status).length;
  return { cases: results.length, passed: count('passed'), failed: count('failed'), needsModel: count('needs-model') };
}

/** `grading.json` of a case, in the published shape. */
export function gradingOf({ assertions }: EvalResult): Readonly<Record<string, unknown>> {
  const passed = assertions.filter((one) => one.passed).length;
  const total = assertions.length;
  return {
    assertion_results: assertions,
    summary: { passed, failed: total - passed, total, pass_rate: total === 0 ? 0 : passed / total },
  };
}

/** `timing.json` of a case, in the published shape. */
export function timingOf({ tokens, durationMs }: EvalResult): Readonly<Record<string, number>> {
  return { total_tokens: tokens, duration_ms: durationMs };
}

interface Spread {
  readonly mean: number;
  readonly stddev: number;
}

/** Figures of one way to run the cases. */
export type ArmFigures = Readonly<Record<'pass_rate' | 'time_seconds' | 'tokens', Spread>>;

/**
 * `benchmark.json` over the results of a skill, in the published shape: mean and standard deviation by arm, and what the skill
 * changes. Only arms that were run are in it; `delta` needs both arms of the model.
 */
export function benchmarkOf(results: readonly EvalResult[]): Readonly<Record<string, unknown>> {
  const figures = (arm: EvalArm): ArmFigures | undefined => {
    const of = results.filter((one) => one.arm === arm && one.status !== 'needs-model');
    if (of.length === 0) return undefined;
    return {
      pass_rate: spread(of.map(({ assertions }) => ratio(assertions))),
      time_seconds: spread(of.map(({ durationMs }) => durationMs / 1000)),
      tokens: spread(of.map(({ tokens }) => tokens)),
    };
  };
  const arms = {
    playbook: figures('playbook'),
    with_skill: figures('with-skill'),
    without_skill: figures('without-skill'),
  };
  const { with_skill: withSkill, without_skill: without } = arms;
  const difference = (key: keyof ArmFigures) => (withSkill?.[key].mean ?? 0) - (without?.[key].mean ?? 0);
  const delta = withSkill &&
    without && {
      pass_rate: difference('pass_rate'),
      time_seconds: difference('time_seconds'),
      tokens: difference('tokens'),
    };
  return { run_summary: JSON.parse(JSON.stringify({ ...arms, delta })) as unknown };
}

function ratio(assertions: readonly AssertionResult[]): number {
  return assertions.length === 0 ? 0 : assertions.filter(({ passed }) => passed).length / assertions.length;
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, stddev: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}

/** Where two texts begin to differ, one sentence; undefined = there is no such file. */
export function firstDifference(wanted: string | undefined, got: string | undefined): string {
  if (wanted === undefined) return 'it must not be there';
  if (got === undefined) return 'it is not there';
  const [left, right] = [wanted.split('\n'), got.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  const line = at === -1 ? left.length : at;
  return `line ${line + 1}: expected ${JSON.stringify(left[line] ?? null)}, is ${JSON.stringify(right[line] ?? null)}`;
}
