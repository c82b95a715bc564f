import { formatFunctionId, parseFunctionId } from '@headroom/source';
import { namedCallees } from '../playbooks/frames.js';
import type { AttributedCost } from './attribution.js';
import type { SourceFiles } from './source.memory.js';

/** A function in which rules look, with the cost that a match in it could save. */
export interface Place {
  readonly path: string;
  readonly symbol: string;
  /** Function identity. */
  readonly subject: string;
  readonly share: number;
  /** The hot function whose cost it is, where the subject has none of its own in the profile. */
  readonly hotFunction?: string;
}

/**
 * The candidate itself, and the functions that it calls by name and that have no frame in the profile: the engine made them part
 * of it. A callee with a frame of its own is judged by its own cost.
 */
export async function placesOf(
  { id, share }: AttributedCost,
  files: SourceFiles,
  profiled: ReadonlySet<string>,
): Promise<Place[]> {
  const { path, symbol } = parseFunctionId(id);
  const file = await files.file(path);
  if (!file?.symbols.some(({ name }) => name === symbol)) return [];
  const places: Place[] = [{ path, symbol, subject: id, share }];
  for (const [calleePath, names] of namedCallees(file.tree, symbol)) {
    const callee = calleePath === path ? file : await files.file(calleePath);
    for (const { name, kind } of callee?.symbols ?? []) {
      if (!names.has(name) || kind === 'class' || kind === 'module') continue;
      const subject = formatFunctionId({ path: calleePath, symbol: name });
      if (!profiled.has(subject)) places.push({ path: calleePath, symbol: name, subject, share, hotFunction: id });
    }
  }
  return places;
}
