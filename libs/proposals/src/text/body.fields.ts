import { duration, percentage, signedPercentage } from '@headroom/figures';
import type { ChangeInterval, EvidenceRecord, MeasuredFigures } from '@headroom/verification';
import { code, escaped, markdownTable, shellBlock, shellWord } from './markdown.js';
import { bullets, functionName, modelOf, plural, storyFields, type StoryRecords } from './story.fields.js';

/** The records that a proposal is written from. */
export interface ProposalRecords extends StoryRecords {
  record: EvidenceRecord;
  /** sha256 of the signed record. */
  evidenceSha256: string;
  /** Undefined where nothing was measured. */
  figures?: MeasuredFigures | undefined;
  branch: string;
  /** The one commit on the branch. */
  commit: string;
  /** W3C trace id of the case. */
  traceId?: string;
}

function interval(change: ChangeInterval): string {
  return `${signedPercentage(change.low)} to ${signedPercentage(change.high)}`;
}

function evidenceTable({ record, figures }: ProposalRecords): string | undefined {
  if (!figures) return undefined;
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
  const { functions, logRecords, masks, restored } = differential;
  const sum = (of: (each: (typeof functions)[number]) => number): number =>
    functions.reduce((total, each) => total + of(each), 0);
  const calls = `${sum(({ calls: { base } }) => base)} calls on base and ${sum(({ calls: { head } }) => head)} on head`;
  const removed = Object.entries(logRecords.removed).map(([level, count]) => `${count} ${escaped(level, 20)}`);
  const fewer = removed.length === 0 ? '' : ` (fewer by ${removed.join(', ')}, as allowed)`;
  const masked = masks.length === 0 ? '' : ` Left out, because base itself differs from run to run: ${masks.length}.`;
  const cases = plural(
    sum(({ compared }) => compared),
    'distinct case',
  );
  const equal = `returned values and errors equal${restored ? ' but for what is named next' : ''}`;
  const results =
    functions.length === 0
      ? 'The changed files have no functions whose results could be compared. '
      : `On these tests, ${plural(functions.length, 'function')} of the changed files: ${calls}, ${cases} compared, ${equal}. `;
  return results + `Log records: ${logRecords.base} on base, ${logRecords.head} on head${fewer}.${masked}`;
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

function effectsOf({ allowedEffects, differential }: EvidenceRecord): string {
  if (allowedEffects.length === 0) {
    return differential?.restored
      ? 'Allowed effect: none beyond that. Every other returned value, error and log record stays as it is.'
      : 'Allowed effect: none. Returned values, errors and log records stay as they are.';
  }
  return `Allowed effect: ${allowedEffects.map(effectInWords).join('; ')}. Nothing else may differ.`;
}

function risksOf({ allowedEffects, measurement }: EvidenceRecord): string {
  const effects = allowedEffects.map(
    (effect) => `Intended: ${effectInWords(effect)}. Check that nobody counts on them.`,
  );
  const limits = [
    'What the tests do not exercise was not compared.',
    ...(measurement ? ['The figures are those of the benchmark; production may do other work.'] : []),
  ];
  return bullets([...effects, ...limits])!;
}

// Only where the finding says what the function costs of the whole service: before = delta / deltaOfService.
function savingOf({ story, figures }: ProposalRecords): string | undefined {
  const regression = story.finding?.regression;
  if (!figures || !regression || regression.metric === 'cpu-share' || !(regression.deltaOfService > 0))
    return undefined;
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

function provenanceOf({ record, draft, evidenceSha256, traceId }: ProposalRecords): string {
  const { skill, sandbox, host, tool } = record;
  const model = modelOf(draft);
  const limits = Object.entries(sandbox.enforcedLimits).map(
    ([name, how]) => `${escaped(name, 40)}: ${escaped(how, 80)}`,
  );
  return bullets([
    ...(skill ? [`Skill ${code(`${skill.name}@${skill.version}`)}, digest ${code(skill.digest.slice(0, 16))}`] : []),
    ...(model ? [model] : []),
    sandbox.kind === 'none'
      ? '**UNSANDBOXED**: tests and benchmark ran without a sandbox'
      : `Sandbox ${sandbox.kind}${limits.length > 0 ? ` (${limits.join('; ')})` : ''}`,
    `${record.measurement ? 'Measured' : 'Tested'} on ${escaped(host.platform, 40)}, kernel ${escaped(host.kernel, 80)}, Node.js ${escaped(host.node, 20)}${record.measurement ? `; seed ${record.measurement.seed}` : ''}`,
    `Evidence ${code(evidenceSha256)}, signed by ${code(record.signer)}, ended ${escaped(record.endedAt, 40)}`,
    `Case ${code(record.case.caseId)}, attempt ${record.case.attempt}${traceId ? `, trace ${code(traceId)}` : ''}`,
    `${escaped(tool.name, 40)} ${escaped(tool.version, 40)}`,
  ])!;
}

function measuredSentence({ figures, draft }: ProposalRecords): string {
  const what = escaped(draft.summary, 300).replace(/[.\s]+$/, '');
  if (!figures) return `${what}.`;
  const { cpu } = figures;
  return (
    `${what}: measured **${signedPercentage(cpu.estimate)} CPU per operation** ` +
    `(${percentage(figures.level)} interval ${interval(cpu)}).`
  );
}

function restoredOf({ differential }: EvidenceRecord): string | undefined {
  const restored = differential?.restored;
  if (!restored) return undefined;
  const subjects = [...new Set(restored.differences.map(({ subject }) => code(subject, 200)))];
  return (
    `Other than on the base, and as before the change that is taken back (commit ${code(restored.commit.slice(0, 12))}): ` +
    `${subjects.slice(0, 10).join(', ')}. Whoever relies on what that change brought loses it.`
  );
}

/** What a change that was not measured is, in its title: a revert may bring back what its cause had changed. */
export function unmeasuredWords({ differential }: Pick<EvidenceRecord, 'differential'>): string {
  return `${differential?.restored ? 'behaviour as before the cause' : 'behaviour-preserving'}, unmeasured`;
}

function unmeasuredOf(record: EvidenceRecord): string {
  const [first = '', ...rest] = unmeasuredWords(record);
  return `> **${first.toUpperCase()}${rest.join('')}.** The service has no benchmark: the tests and the behaviour were checked, what it saves was not.`;
}

const METHOD =
  'Base, head and a second copy of base ran in fresh processes, in an order drawn from a recorded seed. CPU is what the kernel counted for the whole process tree. Raw samples: [evidence.json](evidence.json).';

/** Every field that the proposal's text may ask for, as Markdown. Undefined = the records do not tell. */
export function bodyFields(records: ProposalRecords) {
  const { record, figures, branch, commit, evidenceSha256 } = records;
  return {
    ...storyFields(records),
    marker: `<!-- headroom:v1 case=${record.case.caseId} attempt=${record.case.attempt} evidence=${evidenceSha256} -->`,
    unsandboxed:
      record.sandbox.kind === 'none'
        ? '> **UNSANDBOXED.** The tests and the benchmark of this proposal ran without a sandbox.'
        : undefined,
    unmeasured: figures ? undefined : unmeasuredOf(record),
    measured: measuredSentence(records),
    files: `Changed: ${record.patch.files.map((file) => code(file, 300)).join(', ')} ([patch.diff](patch.diff)).`,
    evidenceTable: evidenceTable(records),
    evidenceMethod: figures ? METHOD : undefined,
    samplesPicture: figures ? '![Ratios of every round, head against base and A/A](samples.svg)' : undefined,
    tests: testsOf(record),
    differential: differentialOf(record),
    restored: restoredOf(record),
    effects: effectsOf(record),
    saving: savingOf(records),
    risks: risksOf(record),
    rollback: `To undo it after the merge:\n\n${shellBlock([`git revert ${commit}`])}`,
    reproduce: reproduceOf(records),
    provenance: provenanceOf(records),
    branch: code(branch, 255),
  } as const;
}
