import { isJavaScriptPath } from '@headroom/source';
import { instrument, ownText, watchable, type Watchable } from './instrument.js';

/** A file that a candidate changes. */
export interface ChangedFile {
  /** Path on head; for a deleted file its path on base. */
  path: string;
  /** Path on base; absent for a new file. */
  oldPath?: string;
  base?: string;
  head?: string;
}

/** What to watch of a candidate. */
export interface WatchPlan {
  /** Function ids that are recorded on both sides. */
  functions: readonly string[];
  /** Among them or not: functions that exist on base and that the candidate changes. */
  changed: readonly string[];
  /** Changed functions that cannot be recorded. */
  uncovered: readonly { function: string; why: string }[];
  /** Instrumented text by path. */
  base: ReadonlyMap<string, string>;
  head: ReadonlyMap<string, string>;
}

/** Decides what of the changed files is recorded: every function that both sides have and that can be. */
export function watchPlan(files: readonly ChangedFile[]): WatchPlan {
  const plan = {
    functions: [] as string[],
    changed: [] as string[],
    uncovered: [] as { function: string; why: string }[],
    base: new Map<string, string>(),
    head: new Map<string, string>(),
  };
  for (const file of files) {
    if (file.base === undefined || file.head === undefined || file.oldPath === undefined) continue;
    if (!isJavaScriptPath(file.path) || !isJavaScriptPath(file.oldPath)) continue;
    addFile(plan, file.path, { source: file.base, path: file.oldPath }, { source: file.head, path: file.path });
  }
  return plan;
}

interface Side {
  source: string;
  path: string;
}

function addFile(
  plan: {
    functions: string[];
    changed: string[];
    uncovered: { function: string; why: string }[];
    base: Map<string, string>;
    head: Map<string, string>;
  },
  path: string,
  base: Side,
  head: Side,
): void {
  const [onBase, onHead] = [watchable(base.source, base.path), watchable(head.source, head.path)];
  const both = new Set([...onBase.covered].filter((name) => onHead.covered.has(name)));
  const idOf = (name: string): string => `${path}:${name}`;
  plan.functions.push(...[...both].map(idOf));
  for (const name of changedNames(base.source, onBase, head.source, onHead)) {
    if (both.has(name)) plan.changed.push(idOf(name));
    const why = [...onBase.uncovered, ...onHead.uncovered].find((each) => each.name === name)?.why;
    if (why !== undefined) plan.uncovered.push({ function: idOf(name), why });
  }
  plan.base.set(base.path, instrument(base.source, base.path, both, idOf));
  plan.head.set(head.path, instrument(head.source, head.path, both, idOf));
}

const FUNCTION_KINDS = new Set(['function', 'arrow', 'method', 'getter', 'setter']);

/** Functions of both sides whose own text differs. Code that runs once, at load or construction, shows in what these return. */
function changedNames(base: string, onBase: Watchable, head: string, onHead: Watchable): string[] {
  const texts = new Map(onHead.symbols.map((symbol) => [symbol.name, ownText(head, symbol, onHead.symbols)]));
  return onBase.symbols
    .filter((symbol) => FUNCTION_KINDS.has(symbol.kind) && texts.has(symbol.name))
    .filter((symbol) => texts.get(symbol.name) !== ownText(base, symbol, onBase.symbols))
    .map((symbol) => symbol.name);
}
