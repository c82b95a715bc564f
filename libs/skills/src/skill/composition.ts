import type { Skill } from './skill.js';

/**
 * A skill with those that it uses, and those that they use: itself first, then in the order in which they are named, depth first,
 * each once. Names that are not among `known` are left out, and a circle ends where it closes; the linter refuses both.
 */
export function composedOf<S extends Pick<Skill, 'name' | 'uses'>>(skill: S, known: readonly S[]): S[] {
  const composed: S[] = [];
  const visit = (one: S): void => {
    if (composed.some(({ name }) => name === one.name)) return;
    composed.push(one);
    for (const name of one.uses) {
      const used = known.find((other) => other.name === name);
      if (used) visit(used);
    }
  };
  visit(skill);
  return composed;
}

/** What is wrong with the `uses` of a skill. `known` are all skills that load, itself among them. */
export function problemsOfUses(
  skill: Pick<Skill, 'name' | 'uses'>,
  known: readonly Pick<Skill, 'name' | 'uses'>[],
): string[] {
  const problems = skill.uses
    .filter((name) => !known.some((other) => other.name === name))
    .map((name) => `metadata.headroom.dev/uses: there is no usable skill "${name}"`);
  const circle = circleFrom(skill, known);
  if (circle) problems.push(`metadata.headroom.dev/uses: goes in a circle: ${circle.join(' → ')}`);
  return problems;
}

function circleFrom(
  start: Pick<Skill, 'name' | 'uses'>,
  known: readonly Pick<Skill, 'name' | 'uses'>[],
): string[] | undefined {
  const seen = new Set<string>();
  const walk = (path: readonly string[], uses: readonly string[]): string[] | undefined => {
    for (const name of uses) {
      if (name === start.name) return [...path, name];
      if (seen.has(name)) continue;
      seen.add(name);
      const circle = walk([...path, name], known.find((other) => other.name === name)?.uses ?? []);
      if (circle) return circle;
    }
    return undefined;
  };
  return walk([start.name], start.uses);
}
