import type { Stop, Verdict } from '@headroom/contracts';
import { outputTail } from '../output.tail.js';
import { armOrders } from '../statistics/arm.order.js';
import { decide, type ArmFigures, type Look, type RoundFigures } from '../statistics/decision.js';
import type { ArmSample, Findings, MeasurementRecord, RoundRecord } from './evidence.schema.js';

/** What findings amount to. */
export interface Conclusion {
  verdict: Verdict;
  /** Set for every verdict that leads to no proposal. */
  stopped?: Stop;
  looks: Look[];
}

type Part = Pick<
  Findings,
  | 'hindered'
  | 'note'
  | 'change'
  | 'policy'
  | 'installRefused'
  | 'commands'
  | 'tests'
  | 'differential'
  | 'benchmarked'
  | 'measurement'
>;

/**
 * The verdict that findings lead to; a pure function of what was recorded, used when the record is made and again by whoever
 * checks it.
 */
export function conclude(findings: Part): Conclusion {
  const { hindered } = findings;
  if (hindered) return { verdict: hindered.verdict, stopped: hindered.stop, looks: [] };
  if (findings.note) return policyStop(findings) ?? { verdict: 'nothing-to-measure', looks: [] };
  const stop =
    policyStop(findings) ??
    installStop(findings) ??
    buildStop(findings) ??
    testStop(findings) ??
    behaviourStop(findings);
  if (stop) return { ...stop, looks: [] };
  if (!findings.tests.head || !findings.differential) {
    return stopped('error', 'not-examined', 'The record holds no examination of the candidate. Retry the case.');
  }
  if (!findings.benchmarked) {
    // What is taken back ran before: that it keeps tests and behaviour is shown, what it saves is not.
    if (findings.change) return { verdict: 'unmeasured', looks: [] };
    return stopped(
      'no-benchmark',
      'no-benchmark',
      'The service has no benchmark, so nothing can be proven; configure services.*.benchmark.',
    );
  }
  return measured(findings.measurement);
}

function stopped(verdict: Verdict, reason: string, message: string): Conclusion {
  return { verdict, stopped: { reason, message: message.slice(0, 4000) }, looks: [] };
}

const POLICY_ADVICE: Readonly<Record<string, string>> = {
  'target-policy-invalid': 'Mend the file on the base branch, then retry the case.',
  'opportunities-off': 'Dismiss the case, or change .headroom.yml on the base branch.',
  'note-too-large': 'Write a shorter note.',
  'note-figure': 'Write {{name}} for a figure of the finding, and leave out every other.',
  'note-figure-unknown': 'Ask only for figures that the finding has.',
  'note-secret': 'Take it out of the note.',
  'skill-disabled': 'Use another skill, or change .headroom.yml on the base branch.',
};

function policyStop({ policy }: Part): Conclusion | undefined {
  const [first] = policy.violations;
  if (!first) return undefined;
  const messages = [...new Set(policy.violations.map((each) => `${each.rule}: ${each.message}`))].join(' ');
  return stopped(
    'policy-refused',
    first.rule,
    `${messages} ${POLICY_ADVICE[first.rule] ?? 'Draft a patch that leaves these alone.'}`,
  );
}

/** Settings of the bounds that a command can meet, by the outcome that tells of it. */
const BOUND_SETTINGS: Readonly<Record<string, string>> = {
  'output-limit': 'verification.limits.outputMiB',
  'memory-limit': 'verification.limits.memoryMiB',
  'process-limit': 'verification.limits.processes',
  'disk-limit': 'verification.limits.diskMiB',
};

/** The bound that ended a command. */
function boundOf(outcome: string): string | undefined {
  return outcome === 'timeout' || Object.hasOwn(BOUND_SETTINGS, outcome) ? outcome : undefined;
}

/** What to do about a command that met a bound on the base. */
function raiseBound(outcome: string, timeout: string): string {
  const setting = outcome === 'timeout' ? `verification.${timeout}` : BOUND_SETTINGS[outcome];
  return setting === undefined ? '' : ` Raise ${setting} if it needs more.`;
}

function installStop({ installRefused, commands }: Part): Conclusion | undefined {
  if (installRefused) return { verdict: 'install-failed', stopped: installRefused, looks: [] };
  const failed = commands.find((each) => each.stage === 'install' && each.exitCode !== 0);
  if (!failed) return undefined;
  const output = failed.output ? ` It ended with: ${outputTail(failed.output)}` : '';
  return stopped(
    'install-failed',
    'install-failed',
    `"${failed.command.join(' ')}" failed with ${howItEnded(failed)}; make it work on a clean checkout of the base.${output}`,
  );
}

function buildStop({ commands }: Part): Conclusion | undefined {
  const failed = commands.find(
    ({ stage, exitCode, outcome }) =>
      (stage === 'build-base' || stage === 'build-head') && (exitCode !== 0 || outcome !== 'exited'),
  );
  if (!failed) return undefined;
  const verdict = failed.stage === 'build-base' ? 'build-failed-on-base' : 'build-failed';
  const advice =
    failed.stage === 'build-base'
      ? `The build fails without the patch too; make it work on a clean checkout of the base branch, then retry the case.${raiseBound(failed.outcome, 'buildTimeoutMs')}`
      : 'The build works on the base and fails with the patch; draft another one.';
  const details = `"${failed.command.join(' ')}" ended with ${howItEnded(failed)}. The output ends with: ${outputTail(failed.output ?? '')}`;
  return stopped(verdict, boundOf(failed.outcome) ?? verdict, `${advice} ${details}`);
}

function testStop({ tests, commands }: Part): Conclusion | undefined {
  for (const side of ['base', 'head'] as const) {
    const summary = tests[side];
    if (!summary || (summary.exitCode === 0 && summary.outcome === 'exited')) continue;
    const run = commands.find((each) => each.stage === `test-${side}`);
    const named = summary.failures
      .slice(0, 10)
      .map((name) => `"${name}"`)
      .join(', ');
    const details = named ? ` Failed: ${named}.` : ` The output ends with: ${outputTail(run?.output ?? '')}`;
    if (side === 'base') {
      const advice = `The tests fail without the patch too; make them pass on the base branch, then retry the case.${raiseBound(summary.outcome, 'testTimeoutMs')}`;
      return stopped(
        'tests-failed-on-base',
        boundOf(summary.outcome) ?? 'tests-failed-on-base',
        `${advice} They ended with ${howItEnded(summary)}.${details}`,
      );
    }
    const advice = 'The tests pass on the base and fail with the patch; draft another one.';
    return stopped(
      'tests-failed',
      boundOf(summary.outcome) ?? 'tests-failed',
      `${advice} They ended with ${howItEnded(summary)}.${details}`,
    );
  }
  return undefined;
}

function howItEnded({ outcome, exitCode }: { outcome: string; exitCode: number }): string {
  if (outcome === 'exited') return `exit code ${exitCode}`;
  return outcome === 'signalled' ? `signal ${exitCode - 128}` : outcome;
}

function behaviourStop({ differential }: Part): Conclusion | undefined {
  const [first] = differential?.differences ?? [];
  if (first) {
    const shown = differential!.differences.slice(0, 5).map((each) => `${each.subject}: ${each.message}`);
    const reason = first.of === 'log' ? 'log-records-changed' : 'return-values-changed';
    return stopped(
      'behaviour-changed',
      reason,
      `${shown.join(' ')} Draft a patch that keeps this, or declare the effect in the skill.`,
    );
  }
  const [open] = differential?.untested ?? [];
  if (!open) return undefined;
  const named = differential!.untested.slice(0, 5).map((each) => `${each.function} (${each.why})`);
  return stopped(
    'untested',
    'changed-code-untested',
    `The tests do not show what the changed code does: ${named.join(', ')}. Add a test to the base branch that calls it, then retry the case.`,
  );
}

const DECISION_MESSAGES = {
  worse: 'The patch costs more CPU per operation than the base. Draft another one.',
  'no-effect':
    'No improvement beyond the noise and the smallest effect that counts was seen. Draft a patch with a larger effect, or choose a benchmark that exercises the function more.',
  'invalid-noisy':
    'The same code differed from itself too much, or in one direction. Measure again on a quieter machine.',
} as const;

function measured(measurement: MeasurementRecord | undefined): Conclusion {
  if (!measurement) return stopped('error', 'not-examined', 'The record holds no measurement. Retry the case.');
  if (measurement.failed) {
    const { arm, reason, message } = measurement.failed;
    return stopped(
      'benchmark-failed',
      reason === 'too-short' ? 'operations-too-few' : `benchmark-failed-on-${arm === 'control' ? 'base' : arm}`,
      message,
    );
  }
  const accepted = measurement.rounds.filter((round) => round.discarded === undefined);
  const { looks, decision } = decide(accepted.map(figuresOf), {
    looks: measurement.plannedLooks,
    minimumEffect: measurement.minimumEffect,
    seed: measurement.seed,
    candidates: measurement.candidates,
  });
  if (decision === 'improved') return { verdict: 'improved', looks };
  if (decision) return { ...stopped(decision, decision, DECISION_MESSAGES[decision]), looks };
  const discarded = measurement.rounds.length - accepted.length;
  const message =
    `The rest of the host used more than ${measurement.busyHostCores} cores in ${discarded} of ${measurement.rounds.length} rounds. ` +
    'Stop other work on the machine, or use another one, then retry the case.';
  return { ...stopped('invalid-noisy', 'busy-host', message), looks };
}

function figuresOf(round: RoundRecord): RoundFigures {
  const arm = ({ cpuSeconds, wallMs }: ArmSample): ArmFigures => ({ cpuSeconds, wallSeconds: wallMs / 1000 });
  return { base: arm(round.base), head: arm(round.head), control: arm(round.control) };
}

/** Whether a round counts, judged by its samples alone. */
export function isBusy(round: Pick<RoundRecord, 'base' | 'head' | 'control'>, busyHostCores: number): boolean {
  return [round.base, round.head, round.control].some((arm) => arm.restOfHostCores > busyHostCores);
}

/**
 * What is wrong with how a measurement was taken, by its own record: a round left out or counted against the rule, an order that
 * the seed does not give, a round too many or too few. Undefined when nothing is.
 */
export function measurementFlaw(measurement: MeasurementRecord): string | undefined {
  const orders = armOrders(measurement.seed, Math.max(...measurement.plannedLooks));
  let next = 0;
  for (const [position, round] of measurement.rounds.entries()) {
    if (round.round !== next) return `round ${position} is not a try of planned round ${next}`;
    if (round.order.join() !== orders[next]?.join())
      return `round ${position} has an order that the seed does not give`;
    const busy = isBusy(round, measurement.busyHostCores);
    if (busy !== (round.discarded === 'busy-host')) return `round ${position} counts or is left out against the rule`;
    if ([round.base, round.head, round.control].some((arm) => arm.exitCode !== 0 || arm.cpuSeconds <= 0)) {
      return `round ${position} holds a failed arm`;
    }
    if (!busy) next++;
  }
  return undefined;
}
