import type { RankedCandidate } from './ranking.js';

/** Least share of the growth that must be tied to a change for that not to speak against it. */
const TIED = 0.5;

/** Least correlation of the cost with its presence that speaks for it. */
const FOLLOWED = 0.9;

/** What speaks for a candidate and against it, a sentence each, from its factors alone. */
export function weighingOf(ranked: RankedCandidate): { for: string[]; against: string[] } {
  const { candidate, factors, observations, owned, symbols } = ranked;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const pro = observations.slice(0, 3).map(({ reason, share }) => `${percent(share)} of the growth: ${reason}.`);
  const con: string[] = [];
  if (symbols.length > 0) pro.push(`${percent(factors.attribution)} of the growth flows through functions it changed.`);
  if (factors.proximity === 1) pro.push('It came with the estimated change point.');
  else if (candidate.eligible) con.push(`It came with ${candidate.deployment}, beside the estimated change point.`);
  if (factors.presence >= FOLLOWED) pro.push('The cost was high where it was deployed and low where it was not.');
  else if (factors.presence < FOLLOWED / 2) con.push('The cost did not follow it over the deployments.');
  if (!candidate.eligible) con.push(`${candidate.deployment} cannot be the change point.`);
  if (factors.growth < TIED) con.push(`Only ${percent(factors.growth)} of the growth is tied to it.`);
  if (owned < factors.growth / 2) con.push('Other changes explain the same growth as well or better.');
  return { for: pro, against: con };
}
