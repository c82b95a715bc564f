import { isJavaScriptPath, languageNameOf, listSymbols } from '@headroom/source';
import { instrument, ownText, watchable, type Watchable } from './instrument.js';
import { pythonWatch, watchablePython, type WatchedPythonFile } from './watchable.python.js';

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
  /** Python files whose functions are recorded, per side: their text stays as it is. */
  python: { readonly base: readonly WatchedPythonFile[]; readonly head: readonly WatchedPythonFile[] };
}

/** A plan while it is made. */
interface OpenPlan {
  functions: string[];
  changed: string[];
  uncovered: { function: string; why: string }[];
  base: Map<string, string>;
  head: Map<string, string>;
  python: { base: WatchedPythonFile[]; head: WatchedPythonFile[] };
}

/** Decides what of the changed files is recorded: every function that both sides have and that can be. */
export function watchPlan(files: readonly ChangedFile[]): WatchPlan {
  const plan: OpenPlan = {
    functions: [],
    changed: [],
    uncovered: [],
    base: new Map(),
    head: new Map(),
    python: { base: [], head: [] },
  };
  for (const file of files) {
    if (file.base === undefined || file.head === undefined || file.oldPath === undefined) continue;
    const language = recordedLanguage(file.path);
    if (language === undefined || language !== recordedLanguage(file.oldPath)) continue;
    addFile(
      language,
      plan,
      file.path,
      { source: file.base, path: file.oldPath },
      { source: file.head, path: file.path },
    );
  }
  return plan;
}

interface Side {
  source: string;
  path: string;
}

type RecordedLanguage = 'javascript' | 'python' | 'unrecorded';

function recordedLanguage(path: string): RecordedLanguage | undefined {
  if (isJavaScriptPath(path)) return 'javascript';
  const name = languageNameOf(path);
  return name === undefined || name === 'python' ? name : 'unrecorded';
}

const WATCHABLE: Readonly<Record<RecordedLanguage, (source: string, path: string) => Watchable>> = {
  javascript: watchable,
  python: watchablePython,
  unrecorded: (source, path) => {
    const symbols = listSymbols(source, path);
    const why = 'calls are recorded in JavaScript, TypeScript and Python only';
    return { symbols, covered: new Set(), uncovered: symbols.map(({ name }) => ({ name, why })) };
  },
};

function addFile(language: RecordedLanguage, plan: OpenPlan, path: string, base: Side, head: Side): void {
  const read = WATCHABLE[language];
  const [onBase, onHead] = [read(base.source, base.path), read(head.source, head.path)];
  const both = new Set([...onBase.covered].filter((name) => onHead.covered.has(name)));
  const idOf = (name: string): string => `${path}:${name}`;
  plan.functions.push(...[...both].map(idOf));
  for (const name of changedNames(base.source, onBase, head.source, onHead)) {
    if (both.has(name)) plan.changed.push(idOf(name));
    const why = [...onBase.uncovered, ...onHead.uncovered].find((each) => each.name === name)?.why;
    if (why !== undefined) plan.uncovered.push({ function: idOf(name), why });
  }
  if (language === 'python') {
    plan.python.base.push(pythonWatch(base.source, base.path, both, idOf));
    plan.python.head.push(pythonWatch(head.source, head.path, both, idOf));
  }
  if (language !== 'javascript') return;
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
