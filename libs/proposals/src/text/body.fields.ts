import type { Draft, Finding, Regression, RootCause } from '@headroom/contracts';
import type { EvidenceRecord } from '@headroom/verification';
import type { MeasuredFigures, ChangeInterval } from '@headroom/verification';
import type { Story } from '../record/dossier.js';
import type { Reviewer } from '../reviewers.js';
import { duration, percentage, significant, signedPercentage } from '@headroom/figures';
import { code, escaped, markdownTable, shellBlock, shellWord } from './markdown.js';

/** The records that a proposal is written from. */
export interface ProposalRecords {
  record: EvidenceRecord;
  /** sha256 of the signed record. */
  evidenceSha256: string;
  figures: MeasuredFigures;
  draft: Draft;
  story: Story;
  branch: string;
  /** The one commit on the branch. */
  commit: string;
  reviewers: readonly Reviewer[];
  /** W3C trace id of the case. */
  traceId?: string;
  /** Whether there is a picture of the series. */
  hasSeries: boolean;
}

function interval(change: ChangeInterval): string {
  return `${signedPercentage(change.low)} to ${signedPercentage(change.high)}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function bullets(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.map((item) => `- ${item}`).join('\n');
}

function functionName(subject: string): string {
  return subject.slice(subject.indexOf(':') + 1);
}

function regressionSignal(subject: string, regression: Regression): string {
  const share = regression.metric === 'cpu-share';
  const amount = share ? percentage : duration;
  const what = share ? 'The share of CPU' : `CPU per ${escaped(regression.unitOfWork, 60)}`;
  const growth = regression.before > 0 ? `, ${signedPercentage(regression.after / regression.before - 1)}` : '';
  const { before, after, setAside } = regression.counts;
  const aside = setAside > 0 ? `; ${setAside} set aside because the host was busy` : '';
  const sd =
    regression.sd > 0
      ? `, ${significant(regression.delta / regression.sd)} times what it varies between deployments`
      : '';
  return (
    `${what} of ${code(functionName(subject))} rose from ${amount(regression.before)} to ${amount(regression.after)}${growth}${sd}, ` +
    `in ${escaped(regression.environment, 60)} on ${escaped(regression.hostClass, 80)}. ` +
    `The change point is deployment ${code(regression.changePoint.deployment)} of ${escaped(regression.changePoint.deployedAt, 40)} ` +
    `(${plural(before, 'deployment')} before, ${after} after${aside}; q = ${significant(regression.q)}).`
  );
}

function signalOf(finding: Finding | undefined): string | undefined {
  if (finding?.regression) return regressionSignal(finding.subject, finding.regression);
  if (!finding?.opportunity) return undefined;
  const by = finding.opportunity.requestedBy ? ` by ${escaped(finding.opportunity.requestedBy, 100)}` : '';
  return `A proposal for ${code(functionName(finding.subject))} was requested${by}.`;
}

/** Quality flags of a finding, in words. */
const FLAGS: Partial<Record<string, string>> = {
  'rest-of-host-not-supplied': 'some deployments do not say how busy the rest of the host was and were taken as quiet',
  'share-of-cpu': 'they are shares of all CPU, which also rise when other code gets cheaper',
  'no-call-edges': 'callers could not be told from callees',
  'samples-not-supplied': 'noise from sampling is not in the standard deviation',
  'measured-at-callee': 'they were measured at a function that this one began to call more',
  'service-cost-flat': 'the cost of the service as a whole did not clearly rise with them',
};

function flagsOf(finding: Finding | undefined): string | undefined {
  const flags = finding?.regression?.qualityFlags ?? [];
  return flags.length === 0
    ? undefined
    : `To be known about these figures: ${flags.map((flag) => FLAGS[flag] ?? code(flag, 80)).join('; ')}.`;
}

function causeOf(rootCause: RootCause | undefined): string | undefined {
  if (rootCause?.status === 'abstained') {
    return `None is named (${code(rootCause.reason)}): ${escaped(rootCause.message, 600)}`;
  }
  if (rootCause?.status !== 'named') return undefined;
  const { cause } = rootCause;
  const score = `score ${significant(rootCause.score)}`;
  const value = (each: string | null): string => (each === null ? 'nothing' : code(each, 100));
  if (cause.kind === 'experiment') {
    return `The exposure of ${code(cause.key)} went from ${percentage(cause.before)} to ${percentage(cause.after)} at deployment ${code(cause.deployment)} (${score}).`;
  }
  if (cause.kind === 'dependency') {
    return `The package ${code(cause.package)} went from ${value(cause.from)} to ${value(cause.to)} with commit ${code(cause.commit.slice(0, 12))} by ${escaped(cause.author.name, 100)}, shipped with deployment ${code(cause.deployment)} (${score}).`;
  }
  if (cause.kind === 'config') {
    return `The setting ${code(cause.key)} went from ${value(cause.before)} to ${value(cause.after)} with deployment ${code(cause.deployment)} (${score}).`;
  }
  return (
    `Commit ${code(cause.commit.slice(0, 12))} “${escaped(cause.title, 120)}” by ${escaped(cause.author.name, 100)}, ` +
    `${escaped(cause.committedAt, 40)}, shipped with deployment ${code(cause.deployment)} (${score}).`
  );
}

function causeEvidence(rootCause: RootCause | undefined): string | undefined {
  return rootCause?.status === 'named'
    ? bullets(rootCause.evidence.slice(0, 10).map((each) => escaped(each, 400)))
    : undefined;
}

function factsOf(draft: Draft): string | undefined {
  return bullets(
    draft.facts.slice(0, 12).map((fact) => {
      const seen = fact.evidence.slice(0, 4).map((each) => code(each, 120));
      return `${escaped(fact.text, 400)} (${seen.join(', ')})`;
    }),
  );
}

function evidenceTable({ record, figures }: ProposalRecords): string {
  const { cost, cpu, control, wall } = figures;
  const level = percentage(figures.level);
  return markdownTable(
    ['', 'CPU per operation', 'against base', `${level} interval`],
    [
      ['base', duration(cost.base), '', ''],
      ['**head**', `**${duration(cost.head)}**`, `**${signedPercentage(cpu.estimate)}**`, `**${interval(cpu)}**`],
      ['A/A: second copy of base', duration(cost.control), signedPercentage(control.estimate), interval(control)],
      ['head, wall time', '', signedPercentage(wall.estimate), interval(wall)],
      ['noise floor', '', percentage(figures.noiseFloor), 'larger end of the A/A interval'],
      [
        'required effect',
        '',
        `at least ${percentage(figures.requiredEffect)} less`,
        'the whole interval must lie beyond',
      ],
      ['rounds', `${figures.used} used`, `${figures.discarded} discarded`, `${figures.operations} operations an arm`],
      [
        'host',
        escaped(record.host.hostClass, 80),
        escaped(record.host.cpuModel, 80),
        plural(record.host.cores, 'core'),
      ],
    ],
  );
}

function testsOf({ tests }: EvidenceRecord): string | undefined {
  const side = (name: 'base' | 'head'): string | undefined => {
    const summary = tests[name];
    if (!summary) return undefined;
    const { passed, failed, skipped } = summary;
    if (passed === undefined) return `${name}: exit code ${summary.exitCode}`;
    const rest = skipped ? `, ${skipped} skipped` : '';
    return `${name}: ${passed} passed, ${failed ?? 0} failed${rest}`;
  };
  const sides = [side('base'), side('head')].filter((each) => each !== undefined);
  return sides.length === 0 ? undefined : `The repository’s own tests: ${sides.join('; ')}.`;
}

function differentialOf({ differential }: EvidenceRecord): string | undefined {
  if (!differential) return undefined;
  const { functions, logRecords, masks } = differential;
  const sum = (of: (each: (typeof functions)[number]) => number): number =>
    functions.reduce((total, each) => total + of(each), 0);
  const calls = `${sum(({ calls: { base } }) => base)} calls on base and ${sum(({ calls: { head } }) => head)} on head`;
  const removed = Object.entries(logRecords.removed).map(([level, count]) => `${count} ${escaped(level, 20)}`);
  const fewer = removed.length === 0 ? '' : ` (fewer by ${removed.join(', ')}, as allowed)`;
  const masked = masks.length === 0 ? '' : ` Left out, because base itself differs from run to run: ${masks.length}.`;
  return (
    `On these tests, ${plural(functions.length, 'function')} of the changed files: ${calls}, ` +
    `${plural(
      sum(({ compared }) => compared),
      'distinct case',
    )} compared, returned values and errors equal. ` +
    `Log records: ${logRecords.base} on base, ${logRecords.head} on head${fewer}.${masked}`
  );
}

/** An allowed effect in words. */
export function effectInWords(effect: string): string {
  const [name, levels = ''] = effect.split(':');
  if (name === 'fewer-log-records' && levels !== '') {
    const list = levels.split(',').map((level) => code(level.trim(), 20));
    return `fewer log records of level ${new Intl.ListFormat('en-GB').format(list)} are written`;
  }
  return code(effect, 120);
}

function effectsOf({ allowedEffects }: EvidenceRecord): string {
  if (allowedEffects.length === 0)
    return 'Allowed effect: none. Returned values, errors and log records stay as they are.';
  return `Allowed effect: ${allowedEffects.map(effectInWords).join('; ')}. Nothing else may differ.`;
}

function risksOf({ allowedEffects }: EvidenceRecord): string {
  const effects = allowedEffects.map(
    (effect) => `Intended: ${effectInWords(effect)}. Check that nobody counts on them.`,
  );
  const limits = [
    'What the tests do not exercise was not compared.',
    'The figures are those of the benchmark; production may do other work.',
  ];
  return bullets([...effects, ...limits])!;
}

// Only where the finding says what the function costs of the whole service: before = delta / deltaOfService.
function savingOf({ story, figures }: ProposalRecords): string | undefined {
  const regression = story.finding?.regression;
  if (!regression || regression.metric === 'cpu-share' || !(regression.deltaOfService > 0)) return undefined;
  const serviceAfter = regression.delta / regression.deltaOfService + regression.delta;
  const share = regression.after / serviceAfter;
  if (!(share > 0) || share > 1) return undefined;
  const { estimate, low, high } = figures.cpu;
  return (
    `${code(functionName(story.finding!.subject))} takes ${percentage(share)} of the service’s CPU per ${escaped(regression.unitOfWork, 60)} (finding). ` +
    `If the benchmark spends its CPU as production does in this function, the service saves about ` +
    `${percentage(-share * estimate)} (${percentage(-share * high)} to ${percentage(-share * low)}) of its CPU per ${escaped(regression.unitOfWork, 60)}. ` +
    'An estimate: share × measured ratio.'
  );
}

function reproduceOf({ record, branch }: ProposalRecords): string {
  const words = (command: readonly string[]): string => command.map(shellWord).join(' ');
  const test = record.commands.find(({ stage }) => stage === 'test-head')?.command;
  const benchmark = record.measurement?.command.map((word) =>
    word.replaceAll('{operations}', String(record.measurement!.operations)),
  );
  return shellBlock([
    'npx headroom evidence verify evidence.json   # signature, and the verdict recomputed from the raw samples',
    `git fetch origin ${shellWord(branch)}`,
    `git checkout ${record.base.commit}   # base; FETCH_HEAD is the head`,
    ...(test ? [words(test)] : []),
    ...(benchmark ? [words(benchmark)] : []),
  ]);
}

function provenanceOf({ record, evidenceSha256, traceId }: ProposalRecords): string {
  const { skill, sandbox, host, tool } = record;
  const limits = Object.entries(sandbox.enforcedLimits).map(
    ([name, how]) => `${escaped(name, 40)}: ${escaped(how, 80)}`,
  );
  return bullets([
    ...(skill ? [`Skill ${code(`${skill.name}@${skill.version}`)}, digest ${code(skill.digest.slice(0, 16))}`] : []),
    sandbox.kind === 'none'
      ? '**UNSANDBOXED**: tests and benchmark ran without a sandbox'
      : `Sandbox ${sandbox.kind}${limits.length > 0 ? ` (${limits.join('; ')})` : ''}`,
    `Measured on ${escaped(host.platform, 40)}, kernel ${escaped(host.kernel, 80)}, Node.js ${escaped(host.node, 20)}; seed ${record.measurement?.seed ?? 0}`,
    `Evidence ${code(evidenceSha256)}, signed by ${code(record.signer)}, ended ${escaped(record.endedAt, 40)}`,
    `Case ${code(record.case.caseId)}, attempt ${record.case.attempt}${traceId ? `, trace ${code(traceId)}` : ''}`,
    `${escaped(tool.name, 40)} ${escaped(tool.version, 40)}`,
  ])!;
}

function measuredSentence({ figures, draft }: ProposalRecords): string {
  const { cpu } = figures;
  const what = escaped(draft.summary, 300).replace(/[.\s]+$/, '');
  return (
    `${what}: measured **${signedPercentage(cpu.estimate)} CPU per operation** ` +
    `(${percentage(figures.level)} interval ${interval(cpu)}).`
  );
}

/** Every field that the proposal's text may ask for, as Markdown. Undefined = the records do not tell. */
export function bodyFields(records: ProposalRecords) {
  const { record, draft, story, branch, commit, reviewers, evidenceSha256 } = records;
  return {
    marker: `<!-- headroom:v1 case=${record.case.caseId} attempt=${record.case.attempt} evidence=${evidenceSha256} -->`,
    unsandboxed:
      record.sandbox.kind === 'none'
        ? '> **UNSANDBOXED.** The tests and the benchmark of this proposal ran without a sandbox.'
        : undefined,
    measured: measuredSentence(records),
    reviewers:
      reviewers.length === 0
        ? undefined
        : `Please review: ${reviewers.map(({ who, why }) => `${code(who, 120)} (${escaped(why, 120)})`).join(', ')}.`,
    signal: signalOf(story.finding),
    note: story.finding?.opportunity?.note ? `> ${escaped(story.finding.opportunity.note, 600)}` : undefined,
    flags: flagsOf(story.finding),
    seriesPicture: records.hasSeries ? '![Cost of the function by deployment](series.svg)' : undefined,
    cause: causeOf(story.rootCause),
    causeEvidence: causeEvidence(story.rootCause),
    files: `Changed: ${record.patch.files.map((file) => code(file, 300)).join(', ')} ([patch.diff](patch.diff)).`,
    facts: factsOf(draft),
    evidenceTable: evidenceTable(records),
    tests: testsOf(record),
    differential: differentialOf(record),
    effects: effectsOf(record),
    saving: savingOf(records),
    risks: risksOf(record),
    rollback: `To undo it after the merge:\n\n${shellBlock([`git revert ${commit}`])}`,
    reproduce: reproduceOf(records),
    provenance: provenanceOf(records),
    branch: code(branch, 255),
  } as const;
}
