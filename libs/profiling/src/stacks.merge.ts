import { MAX_PROBLEMS, MAX_UNMAPPED_FILES, type Stacks } from './stacks.js';
import { StacksBuilder } from './stacks.builder.js';

/**
 * Adds profiles together, each with the time that it holds: a longer profile counts for more. The result does not depend on their
 * order, apart from the last digits of fractional weights. No profiles give empty stacks.
 */
export function mergeStacks(profiles: readonly Stacks[]): Stacks {
  const builder = new StacksBuilder();
  for (const { frames, stacks, lines } of profiles) {
    for (const stack of stacks)
      builder.stack(
        stack.frames.map((index) => frames[index]!),
        stack.weight,
        stack.samples,
      );
    for (const { frame, line, weight } of lines) builder.line(frames[frame]!.id, line, weight);
  }
  const sum = (valueOf: (stacks: Stacks) => number): number => profiles.reduce((total, one) => total + valueOf(one), 0);
  const union = (listOf: (stacks: Stacks) => readonly string[]): string[] =>
    [...new Set(profiles.flatMap(listOf))].sort();
  return builder.build({
    durationUs: sum((one) => one.durationUs),
    idleUs: sum((one) => one.idleUs),
    unlocatedUs: sum((one) => one.summary.unlocatedUs),
    unmappedUs: sum((one) => one.summary.unmappedUs),
    unmappedFiles: union((one) => one.summary.unmappedFiles).slice(0, MAX_UNMAPPED_FILES),
    problems: union((one) => one.summary.problems).slice(0, MAX_PROBLEMS),
  });
}
