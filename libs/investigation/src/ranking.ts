import type { Candidate } from './candidates.js';
import { tieOf, type Tie } from './evidence.js';
import { attribution, elementKey, elementsOf, type Element, type GrowthPath } from './growth.js';
import { likenessTo } from './likeness.js';
import type { Scene } from './scene.js';

/** An observation that ties a candidate to growth. */
export interface Observation {
  /** What was seen in the code. */
  reason: string;
  /** Share of the subject's growth that flows there, 0 to 1. */
  share: number;
}

/** A candidate with its score. */
export interface RankedCandidate {
  candidate: Candidate;
  /** 0 to 1. */
  score: number;
  factors: {
    /** How much of the growth is tied to what the change did, weighed by how firmly. */
    growth: number;
    /** Share of the growth that flows through functions that the change touched (L / R). */
    attribution: number;
    /** 1 at the estimated change point. */
    proximity: number;
    /** How well the cost followed it over deployments and versions; as its proximity where that cannot be told. */
    presence: number;
    /** How alike its words and those of the grown functions are. */
    text: number;
  };
  /** Share of the growth that this candidate explains better than every other one. */
  owned: number;
  /** Largest share first. */
  observations: Observation[];
  /** Functions among the frames of the growth that the change touched. */
  symbols: string[];
}

// What ties a change to the growth decides; a change anywhere in the chain has a full attribution, and one deployment many changes.
const WEIGHTS = { growth: 0.7, attribution: 0.12, proximity: 0.05, presence: 0.1, text: 0.03 } as const;

const FACTORS = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[];

// A call that existed before and grew says less than one that is new; a call above the subject says less than one at it or below.
const OLD_CALL = 0.6;
const ABOVE = 0.9;
/** Ties below this explain no growth. */
const EXPLAINS = 0.4;
/** Ties this close to each other share what they explain. */
const EQUAL = 0.1;

/** Identifies a candidate: see `ranked` of `context.gathered`. */
export function idOf({ candidate }: RankedCandidate): string {
  if (candidate.kind === 'commit') return candidate.info.commit;
  return candidate.kind === 'dependency' ? `${candidate.package}@${candidate.to ?? 'none'}` : candidate.key;
}

/** Title of a candidate. Text of the repository or of a configuration: data. */
export function titleOf({ candidate }: RankedCandidate): string {
  if (candidate.kind === 'commit') return candidate.info.title;
  if (candidate.kind !== 'dependency') return candidate.key;
  return `${candidate.package} from ${candidate.from ?? 'none'} to ${candidate.to ?? 'none'}`;
}

/** Scores all candidates, best first; equal ones in order of deployment. */
export function rankCandidates(scene: Scene, candidates: readonly Candidate[]): RankedCandidate[] {
  const tallies = candidates.map(() => ({ growth: 0, owned: 0, observations: new Map<string, number>() }));
  const frames = new Set(scene.growth.paths.flatMap((path) => path.frames));
  const cache = new Map<string, Tie>();
  const tie = (index: number, element: Element): Tie => {
    const key = `${index}\n${elementKey(element)}`;
    const found = cache.get(key);
    if (found) return found;
    const made = weighed(tieOf(scene, candidates[index]!, element, frames), element, scene, candidates[index]!);
    cache.set(key, made);
    return made;
  };
  for (const { delta, elements } of scene.growth.paths.flatMap((path) => partsOf(path, scene))) {
    const ties = candidates.map((_, index) => strongestOn(elements, (element) => tie(index, element)));
    const best = Math.max(0, ...ties.map((each) => each.strength));
    const owners = ties.filter((each) => best >= EXPLAINS && each.strength >= best - EQUAL).length;
    ties.forEach(({ strength, reason }, index) => {
      const tally = tallies[index]!;
      tally.growth += strength * delta;
      if (best >= EXPLAINS && strength >= best - EQUAL) tally.owned += delta / owners;
      if (reason !== '') tally.observations.set(reason, (tally.observations.get(reason) ?? 0) + delta);
    });
  }
  const likeness = likenessTo(scene.growth);
  return candidates
    .map((candidate, index) => rankedOf(scene, candidate, tallies[index]!, likeness))
    .sort((a, b) => b.score - a.score);
}

function weighed(tie: Tie, element: Element, scene: Scene, candidate: Candidate): Tie {
  // A setting may make old code do more: that the code is old says nothing against it; so may a package.
  if (candidate.kind !== 'commit') return tie;
  const { before, after } = scene.costs.get(elementKey(element)) ?? { before: 0, after: 0 };
  const novelty = after > 0 ? Math.min(1, Math.max(0, (after - before) / after)) : 0;
  // Of a function's own code the lines that grew are known, so that what was there before is left out already.
  const age = element.kind === 'self' ? 1 : OLD_CALL + (1 - OLD_CALL) * novelty;
  return { ...tie, strength: tie.strength * age * (element.above ? ABOVE : 1) };
}

interface PathPart {
  delta: number;
  elements: Element[];
}

/** Growth of a path, that of its innermost function's own code line by line where lines were measured. */
function partsOf(path: GrowthPath, scene: Scene): PathPart[] {
  const delta = path.after - path.before;
  const elements = elementsOf(path, scene.growth);
  const own = elements.at(-1);
  const lines = own?.kind === 'self' ? (scene.grown.get(own.caller) ?? []) : [];
  if (!own || lines.length === 0) return [{ delta, elements }];
  const above = elements.slice(0, -1);
  return lines.map(({ line, part }) => ({ delta: delta * part, elements: [...above, { ...own, line }] }));
}

function strongestOn(elements: readonly Element[], tie: (element: Element) => Tie): Tie {
  let best: Tie = { strength: 0, reason: '' };
  for (const element of elements) {
    const found = tie(element);
    if (found.strength > best.strength) best = found;
  }
  return best;
}

interface Tally {
  growth: number;
  owned: number;
  observations: ReadonlyMap<string, number>;
}

function rankedOf(
  scene: Scene,
  candidate: Candidate,
  tally: Tally,
  likeness: ReturnType<typeof likenessTo>,
): RankedCandidate {
  const total = scene.growth.total;
  const share = (value: number): number => (total > 0 ? Math.min(1, Math.max(0, value / total)) : 0);
  const effect = candidate.kind === 'commit' ? scene.effects.get(candidate.info.commit) : undefined;
  const symbols = new Set(effect?.symbols.keys() ?? []);
  const frames = new Set(scene.growth.paths.flatMap((path) => path.frames));
  const growth = share(tally.growth);
  const flows = candidate.kind === 'commit' ? attribution(scene.growth, symbols) : growth > 0 ? 1 : 0;
  const { proximity } = candidate;
  const presence = scene.presence(candidate) ?? proximity;
  const factors = { growth, attribution: flows, proximity, presence, text: likeness(candidate, effect) };
  return {
    candidate,
    score: FACTORS.reduce((sum, factor) => sum + WEIGHTS[factor] * factors[factor], 0),
    factors,
    owned: share(tally.owned),
    observations: [...tally.observations]
      .map(([reason, delta]) => ({ reason, share: share(delta) }))
      .filter((each) => each.share >= 0.01)
      .sort((a, b) => b.share - a.share),
    symbols: [...symbols].filter((symbol) => frames.has(symbol)).sort(),
  };
}
