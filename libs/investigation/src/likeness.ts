import type { Candidate } from './candidates.js';
import type { Growth } from './growth.js';
import type { CommitEffect } from './commit.effect.js';

/** Words of code and of messages that say nothing about what changed. */
const COMMON = new Set(
  'a an and are as at be by for from get has in is it its js jsx mjs new no not of on or out set src lib test the this to ts tsx with index main run do make use add fix update'.split(
    ' ',
  ),
);

/** Words of a text, names split where their case changes. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && !COMMON.has(word));
}

function countsOf(weighed: Iterable<readonly [text: string, weight: number]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [text, weight] of weighed) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + weight);
  }
  return counts;
}

/**
 * How alike a candidate and the growth are in their words, 0 to 1 (cosine): title, files and functions of a change, or the name of a
 * setting, an experiment or a package, against the functions on the paths that grew, by their growth. FBDetect (SOSP 2024, section 5.6)
 * compares texts too. What a message says proves nothing, and whoever writes it may want it to: this only orders what the code leaves
 * equal.
 */
export function likenessTo(growth: Growth): (candidate: Candidate, effect: CommitEffect | undefined) => number {
  const grown = countsOf(
    growth.paths.flatMap(({ frames, before, after }) =>
      after > before ? [...new Set(frames)].map((frame) => [frame, after - before] as const) : [],
    ),
  );
  const size = lengthOf(grown);
  return (candidate, effect) => {
    const words = countsOf(textsOf(candidate, effect).map((text) => [text, 1] as const));
    let product = 0;
    for (const [word, weight] of words) product += weight * (grown.get(word) ?? 0);
    const sizes = size * lengthOf(words);
    return sizes > 0 ? product / sizes : 0;
  };
}

function textsOf(candidate: Candidate, effect: CommitEffect | undefined): string[] {
  if (candidate.kind === 'dependency') return [candidate.package];
  if (candidate.kind !== 'commit') return [candidate.key];
  return [candidate.info.title, ...(effect ? [...effect.files, ...effect.symbols.keys()] : [])];
}

function lengthOf(counts: ReadonlyMap<string, number>): number {
  return Math.sqrt([...counts.values()].reduce((sum, one) => sum + one * one, 0));
}
