import type { Draft, Finding, Regression, RootCause } from '@headroom/contracts';
import { duration, percentage, significant, signedPercentage } from '@headroom/figures';
import type { Story } from '@headroom/verification';
import type { Reviewer } from '../reviewers.js';
import { code, escaped } from './markdown.js';

/** What every proposal tells, whether it changes something or not. */
export interface StoryRecords {
  draft: Draft;
  story: Story;
  reviewers: readonly Reviewer[];
  /** Whether there is a picture of the series. */
  hasSeries: boolean;
}

/** A number of things. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A list; undefined when it is empty. */
export function bullets(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.map((item) => `- ${item}`).join('\n');
}

/** The function's own name, without its file. */
export function functionName(subject: string): string {
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

function hypothesesOf({ hypotheses = [] }: Draft): string | undefined {
  return bullets(
    hypotheses.slice(0, 10).map(({ text, confidence, refutedBy }) => {
      const refuted = refutedBy === '' ? '' : `; it would be refuted by: ${escaped(refutedBy, 400)}`;
      return `${escaped(text, 400)} (believed to ${percentage(confidence)}${refuted})`;
    }),
  );
}

function alternativesOf({ alternatives = [] }: Draft): string | undefined {
  const detail = (label: string, text: string): string[] => (text === '' ? [] : [`${label}: ${escaped(text, 400)}`]);
  return alternatives.length === 0
    ? undefined
    : alternatives
        .slice(0, 10)
        .map(({ outcome, title, cost, risk, expectedSaving }, index) => {
          const details = [
            ...detail('cost', cost),
            ...detail('risk', risk),
            ...detail('expected saving, not measured', expectedSaving),
          ].map((each) => `\n   - ${each}`);
          return `${index + 1}. ${escaped(title, 300)} (${outcome})${details.join('')}`;
        })
        .join('\n');
}

/** What a model was used for a draft. */
export function modelOf({ model }: Draft): string | undefined {
  if (!model) return undefined;
  const { name, inputTokens, outputTokens, cachedTokens, usd, transcript } = model;
  const read = transcript ? `, transcript ${code(transcript.sha256)}` : '';
  return (
    `Drafted with the model ${code(name)}: ${inputTokens} tokens read, ${cachedTokens} from its cache, ` +
    `${outputTokens} written, USD ${usd.toFixed(2)}${read}`
  );
}

/** Fields about what came before, and about the draft. Undefined = the records do not tell. */
export function storyFields({ draft, story, reviewers, hasSeries }: StoryRecords) {
  return {
    reviewers:
      reviewers.length === 0
        ? undefined
        : `Please review: ${reviewers.map(({ who, why }) => `${code(who, 120)} (${escaped(why, 120)})`).join(', ')}.`,
    signal: signalOf(story.finding),
    note: story.finding?.opportunity?.note ? `> ${escaped(story.finding.opportunity.note, 600)}` : undefined,
    flags: flagsOf(story.finding),
    seriesPicture: hasSeries ? '![Cost of the function by deployment](series.svg)' : undefined,
    cause: causeOf(story.rootCause),
    causeEvidence: causeEvidence(story.rootCause),
    facts: factsOf(draft),
    hypotheses: hypothesesOf(draft),
    alternatives: alternativesOf(draft),
  } as const;
}
