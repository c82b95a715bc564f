import type { Scene } from './scene.js';
import { elementsOf, elementKey } from './growth.js';

/** Lines of a file, 1-based, both included. */
export interface LineRange {
  path: string;
  start: number;
  end: number;
}

/** Least share of the growth that a line must carry to be in the range. */
const CARRIES = 0.25;

/**
 * Where the growth is written: lines whose own cost grew, or the call through which it flows, of the innermost function of the
 * repository that carries most of it. Undefined where the code has no such place.
 */
export function regressedLines(scene: Scene): LineRange | undefined {
  const { growth, grown, views, costs } = scene;
  const carried = new Map<string, { caller: string; lines: readonly number[]; delta: number; depth: number }>();
  for (const path of growth.paths) {
    const delta = path.after - path.before;
    if (delta <= 0) continue;
    elementsOf(path, growth).forEach((element, depth) => {
      const cost = costs.get(elementKey(element));
      if (!cost || element.above) return;
      const own = grown.get(element.caller) ?? [];
      const places =
        element.kind === 'self'
          ? own.map(({ line, part }) => ({ lines: [line], delta: delta * part }))
          : scene
              .sites(element)
              .slice(0, 1)
              .map((site) => ({ lines: [...site.lines], delta }));
      for (const place of places) {
        const key = `${element.caller}\n${place.lines[0]}`;
        const known = carried.get(key) ?? { caller: element.caller, lines: place.lines, delta: 0, depth };
        carried.set(key, { ...known, delta: known.delta + place.delta });
      }
    });
  }
  const strong = [...carried.values()].filter(({ delta }) => delta >= CARRIES * growth.total);
  const deepest = strong.toSorted((a, b) => b.depth - a.depth || b.delta - a.delta)[0];
  const view = deepest && views.get(deepest.caller);
  if (!deepest || !view) return undefined;
  const lines = strong.filter(({ caller }) => caller === deepest.caller).flatMap((each) => each.lines);
  return { path: view.path, start: Math.min(...lines), end: Math.max(...lines) };
}
