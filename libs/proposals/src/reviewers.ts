import type { Draft } from '@headroom/contracts';

/** Somebody to ask, and why. */
export type Reviewer = Draft['reviewers'][number];

/** Asking everybody means that nobody feels asked. */
export const MOST_REVIEWERS = 2;

const BOT =
  /\[bot\]|(?:^|[^\p{L}\p{N}])(?:bot|robot|automation|dependabot|renovate|greenkeeper|github-actions|gitlab-ci|jenkins|noreply|no-reply)(?:$|[^\p{L}\p{N}])|[-_]bot(?:$|[^\p{L}\p{N}])/iu;

/** Whether a name or an address is one of a program. */
export function isBot(who: string): boolean {
  return BOT.test(who);
}

/** The first two of the draft's reviewers that are people or teams, each once. */
export function chooseReviewers(reviewers: readonly Reviewer[]): Reviewer[] {
  const chosen = new Map<string, Reviewer>();
  for (const reviewer of reviewers) {
    const who = reviewer.who.trim();
    if (who === '' || isBot(who) || chosen.has(who.toLowerCase())) continue;
    chosen.set(who.toLowerCase(), { who, why: reviewer.why });
    if (chosen.size === MOST_REVIEWERS) break;
  }
  return [...chosen.values()];
}
