import type { Regression, RootCause } from '@headroom/contracts';
import { bounded, duration, percentage } from '@headroom/figures';
import type { CandidateSet } from './candidates.js';
import type { Growth } from './growth.js';
import { regressedLines } from './line.range.js';
import { titleOf, type RankedCandidate } from './ranking.js';
import type { Scene } from './scene.js';
import { confidenceOf } from './confidence.js';

// Precision before reach: FBDetect (SOSP 2024, table 5) names a cause for a third of its regressions, and is right where it does.
const LEAST_SCORE = 0.6;
/** Least part of the growth that must be tied to the change. */
const LEAST_GROWTH = 0.5;
/** Least part of the growth that the change must explain better than all others. */
const LEAST_OWNED = 0.6;
/** Least distance to the next score. */
const LEAD = 0.12;
/** Part of the growth from which another change is a cause beside it. */
const SECOND_CAUSE = 0.25;

const TITLE = 200;

/** Names the cause of a regression when one change is firmly tied to its growth and clearly ahead of all others, else says why not. */
export function decideRootCause(
  ranked: readonly RankedCandidate[],
  set: CandidateSet,
  scene: Scene,
  regression: Regression,
): RootCause {
  const { growth } = scene;
  const named = ranked.filter((each) => each.candidate.eligible);
  const top = named[0];
  if (!top) return withoutCandidates(set, regression);
  if (growth.total <= 0) {
    return abstain(
      'low-score',
      `The profiles do not show the growth of ${growth.subject}: ${amount(growth.before)} before, ${amount(growth.after)} after.`,
    );
  }
  const rivals = ranked.filter((each) => each !== top);
  const shared = rivals.toSorted((a, b) => b.owned - a.owned)[0];
  if (top.factors.growth < LEAST_GROWTH || top.score < LEAST_SCORE) {
    return lowScore(top, ranked, shared, named.length);
  }
  if (shared && shared.owned >= SECOND_CAUSE) return abstain('no-dominant-change', severalCauses(top, shared));
  if (top.owned < LEAST_OWNED) {
    return abstain(
      'no-dominant-change',
      `${nameOf(top)} explains only ${percent(top.owned)} of the growth; at least ${percent(LEAST_OWNED)} is needed to name one change.`,
    );
  }
  const second = rivals[0];
  if (second && top.score - second.score < LEAD) {
    return abstain(
      'no-dominant-change',
      `${nameOf(top)} scores ${figure(top.score)} and ${nameOf(second)} ${figure(second.score)}; a lead of ${figure(LEAD)} is needed.`,
    );
  }
  return nameCause(top, second, scene, regression);
}

function withoutCandidates(set: CandidateSet, regression: Regression): RootCause {
  const names = regression.candidates
    .map((each) => each.deployment)
    .slice(0, 5)
    .join(', ');
  if (set.notes.length > 0) {
    return abstain(
      'no-change-source',
      `Which changes the deployments ${names} brought cannot be read. ${set.notes.join(' ')}`,
    );
  }
  return abstain('no-candidates', `The deployments ${names} brought no commit and no setting.`);
}

function lowScore(
  top: RankedCandidate,
  ranked: readonly RankedCandidate[],
  shared: RankedCandidate | undefined,
  count: number,
): RootCause {
  const parts = ranked.filter((each) => each.owned >= 0.15);
  if (parts.length > 1) return abstain('no-dominant-change', severalCauses(parts[0]!, parts[1]!));
  const outside =
    shared && !shared.candidate.eligible && shared.owned >= 0.5
      ? ` ${nameOf(shared)} would explain ${percent(shared.owned)}, but its deployment ${shared.candidate.deployment} is not one that can be the change point.`
      : '';
  return abstain(
    'low-score',
    `The best of ${count} candidates, ${nameOf(top)}, scores ${figure(top.score)} (needed: ${figure(LEAST_SCORE)}) with ` +
      `${percent(top.factors.growth)} of the growth tied to what it changed (needed: ${percent(LEAST_GROWTH)}).${outside}`,
  );
}

function severalCauses(a: RankedCandidate, b: RankedCandidate): string {
  return `Several changes explain parts of the growth: ${nameOf(a)} ${percent(a.owned)}, ${nameOf(b)} ${percent(b.owned)}. No single one explains the shift.`;
}

function abstain(reason: string, message: string): RootCause {
  return { status: 'abstained', reason, message: bounded(message, 2000) };
}

function nameCause(
  top: RankedCandidate,
  second: RankedCandidate | undefined,
  scene: Scene,
  regression: Regression,
): RootCause {
  const { candidate, score } = top;
  const lines = regressedLines(scene);
  const told = { score, confidence: confidenceOf(top, second), ...(lines && { lines }) };
  const evidence = evidenceOf(top, second, scene.growth, regression).map((sentence) => bounded(sentence, 600));
  if (candidate.kind === 'config') {
    const { key, before, after, deployment } = candidate;
    return { status: 'named', cause: { kind: 'config', key, before, after, deployment }, ...told, evidence };
  }
  if (candidate.kind === 'experiment') {
    const { key, before, after, deployment } = candidate;
    return { status: 'named', cause: { kind: 'experiment', key, before, after, deployment }, ...told, evidence };
  }
  const { commit, title, author, committedAt } = candidate.info;
  const change = {
    commit,
    title: bounded(title, TITLE),
    author: { name: bounded(author.name, TITLE), email: bounded(author.email, TITLE) },
    committedAt,
    deployment: candidate.deployment,
  };
  if (candidate.kind === 'dependency') {
    const { package: name, from, to } = candidate;
    return { status: 'named', cause: { kind: 'dependency', package: name, from, to, ...change }, ...told, evidence };
  }
  return { status: 'named', cause: { kind: 'commit', ...change, symbols: top.symbols }, ...told, evidence };
}

function unitOf({ metric, unitOfWork }: Regression): string {
  return metric === 'cpu-share' ? 'of CPU' : `CPU per ${unitOfWork}`;
}

function cost(value: number, { metric }: Regression): string {
  return metric === 'cpu-share' ? percentage(value) : duration(value);
}

function evidenceOf(
  top: RankedCandidate,
  second: RankedCandidate | undefined,
  growth: Growth,
  regression: Regression,
): string[] {
  const estimated = regression.changePoint.deployment;
  const { deployment } = top.candidate;
  const sentences = [
    `${growth.subject} went from ${cost(regression.before, regression)} to ${cost(regression.after, regression)} ${unitOf(regression)} at deployment ${estimated} (p ${amount(regression.p)}).`,
    deployment === estimated
      ? `${nameOf(top)} was deployed with ${estimated}, the estimated change point.`
      : `${nameOf(top)} was deployed with ${deployment}, which can be the change point; the estimate is ${estimated}.`,
  ];
  for (const { reason, share } of top.observations.slice(0, 3)) {
    sentences.push(`${percent(share)} of the growth in the profiles flows where it ${verb(top, reason)}.`);
  }
  if (top.symbols.length > 0) {
    sentences.push(
      `${percent(top.factors.attribution)} of the growth flows through functions that it changed: ${top.symbols.slice(0, 5).join(', ')}.`,
    );
  }
  if (second) {
    sentences.push(
      `The next candidate, ${nameOf(second)}, scores ${figure(second.score)} against ${figure(top.score)}: ${percent(second.factors.growth)} of the growth is tied to it.`,
    );
  }
  return sentences;
}

function verb(top: RankedCandidate, reason: string): string {
  return top.candidate.kind === 'config' || top.candidate.kind === 'experiment' ? `applies: ${reason}` : reason;
}

/** A candidate for a sentence. */
export function nameOf(ranked: RankedCandidate): string {
  const { candidate } = ranked;
  if (candidate.kind === 'config') return `the setting ${bounded(candidate.key, TITLE)}`;
  if (candidate.kind === 'experiment') return `the exposure of ${bounded(candidate.key, TITLE)}`;
  if (candidate.kind === 'dependency') return `the package ${bounded(titleOf(ranked), TITLE)}`;
  return `commit ${candidate.info.commit.slice(0, 12)} ("${bounded(candidate.info.title, 80)}")`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function figure(value: number): string {
  return value.toFixed(2);
}

function amount(value: number): string {
  return String(Number(value.toPrecision(3)));
}
