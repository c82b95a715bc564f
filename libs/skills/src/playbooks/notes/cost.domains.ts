import { busyUs, type Stacks } from '@headroom/profiling';
import type { CostDomain, FindingFigures } from '../playbook.js';
import { costShiftExplained } from './cost-shift.note.js';

/** What the costs around a subject are computed from. */
export interface DomainSources {
  /** Function identity. */
  readonly subject: string;
  /** Function identities from the outermost frame to the subject. */
  readonly chain: readonly string[];
  readonly figures: FindingFigures;
  /** Profiles of quiet deployments on both sides of the change point, one each. */
  readonly before: readonly Stacks[];
  readonly after: readonly Stacks[];
  /** Names of the profiles. */
  readonly evidence: readonly string[];
}

/** How far up the callers a cost may have moved, as the detector looks for it. */
const LEVELS = 3;
/** Fewest profiles of a side: fewer say nothing about their scatter. */
const FEWEST = 2;
const SERVICE = 'service';

/**
 * Costs around a subject before and after, in the metric of the finding: below each of its next callers, and of the whole service.
 * Cost of other people's code belongs to the lowest first-party function that called it. Empty where the profiles are too few.
 */
export function costDomains({ subject, chain, figures, before, after, evidence }: DomainSources): CostDomain[] {
  if (Math.min(before.length, after.length) < FEWEST) return [];
  const [unitBefore, unitAfter] = serviceCosts(subject, figures, after);
  const callers = [...new Set(chain)].filter((id) => id !== subject).reverse();
  return [...callers.slice(0, LEVELS), SERVICE].flatMap((name) => {
    const root = name === SERVICE ? undefined : name;
    const sides = {
      before: before.map((stacks) => ownCosts(stacks, root, unitBefore)),
      after: after.map((stacks) => ownCosts(stacks, root, unitAfter)),
    };
    const totals = { before: sides.before.map(sumOf), after: sides.after.map(sumOf) };
    if (mean(totals.before) + mean(totals.after) === 0) return [];
    const ids = new Set([...sides.before, ...sides.after].flatMap((costs) => [...costs.keys()]));
    const costOf = (side: readonly ReadonlyMap<string, number>[], id: string) =>
      mean(side.map((costs) => costs.get(id) ?? 0));
    return [
      {
        name,
        before: mean(totals.before),
        after: mean(totals.after),
        error: Math.sqrt(variance(totals.before) / before.length + variance(totals.after) / after.length),
        functions: [...ids]
          .sort()
          .map((id) => ({ id, before: costOf(sides.before, id), after: costOf(sides.after, id) })),
        evidence,
      },
    ];
  });
}

/** Whether the costs around a subject say that its cost only moved. */
export function onlyMoved(subject: string, domains: readonly CostDomain[]): boolean {
  return costShiftExplained({ subject, domains, readFile: () => undefined }).outcome === 'cost-shift';
}

/** Cost of the whole service on both sides: the figures are those of the finding, the profile gives the subject's share. */
function serviceCosts(
  subject: string,
  { metric, before, after, delta, deltaOfService }: FindingFigures,
  profiles: readonly Stacks[],
): [before: number, after: number] {
  if (metric === 'cpu-share') return [1, 1];
  const was = deltaOfService > 0 ? delta / deltaOfService : before;
  const share = mean(profiles.map((stacks) => shareOf(stacks, subject)));
  return [was, share > 0 ? after / share : was + delta];
}

function shareOf(stacks: Stacks, id: string): number {
  const frame = stacks.frames.findIndex((one) => one.id === id);
  let through = 0;
  for (const { frames, weight } of stacks.stacks) if (frames.includes(frame)) through += weight;
  return through / (busyUs(stacks) || 1);
}

/** Cost by first-party function of the stacks that go through `root`. */
function ownCosts(stacks: Stacks, root: string | undefined, serviceCost: number): Map<string, number> {
  const busy = busyUs(stacks) || 1;
  const at = root === undefined ? undefined : stacks.frames.findIndex(({ id }) => id === root);
  const costs = new Map<string, number>();
  for (const { frames, weight } of stacks.stacks) {
    if (at !== undefined && !frames.includes(at)) continue;
    const payer = frames.findLast((frame) => stacks.frames[frame]!.origin === 'first-party');
    const id = payer === undefined ? '(others)' : stacks.frames[payer]!.id;
    costs.set(id, (costs.get(id) ?? 0) + (serviceCost * weight) / busy);
  }
  return costs;
}

function sumOf(costs: ReadonlyMap<string, number>): number {
  return [...costs.values()].reduce((sum, one) => sum + one, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (values.length - 1);
}
