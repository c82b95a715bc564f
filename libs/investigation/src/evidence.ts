import type { Candidate } from './candidates.js';
import { normalizedCode, scanCode } from './code.text.js';
import { identifiersOf, isLoopHeader } from './code.words.js';
import type { CommitEffect } from './commit.effect.js';
import { calledName } from './function.names.js';
import { isReachable, linesOf, type FunctionView, type Site } from './function.view.js';
import { elementKey, type Element } from './growth.js';
import type { Scene } from './scene.js';

/** How firmly a change is tied to a place where cost grew. */
export interface Tie {
  /** 0 to 1. */
  strength: number;
  /** What ties it, for a sentence: "added the call of write in line 12". Empty where nothing does. */
  reason: string;
}

const NONE: Tie = { strength: 0, reason: '' };

// How much each observation says by itself. Ordered by how directly it shows that the cost came with the change; the figures are
// chosen so that an edit of the same function elsewhere stays far below an edit of the lines that carry the growth.
const STRENGTH = {
  newCall: 1,
  grownLine: 1,
  loopAdded: 0.9,
  guardRemoved: 0.8,
  loopChanged: 0.75,
  definition: 0.7,
  packageChanged: 0.7,
  callChanged: 0.65,
  conditionChanged: 0.6,
  changedLine: 0.9,
  rewordedLine: 0.65,
  literalChanged: 0.7,
  helperChanged: 0.6,
  inputChanged: 0.45,
  sameStatement: 0.2,
  sameFunction: 0.1,
} as const;

function strongest(ties: readonly Tie[]): Tie {
  return ties.reduce((best, tie) => (tie.strength > best.strength ? tie : best), NONE);
}

/** How a candidate is tied to an element of the growth. */
export function tieOf(scene: Scene, candidate: Candidate, element: Element, frames: ReadonlySet<string>): Tie {
  const view = scene.views.get(element.caller);
  if (candidate.kind === 'config' || candidate.kind === 'experiment') {
    return view ? configTie(scene, candidate.key, view, element) : NONE;
  }
  if (candidate.kind === 'dependency') return packageTie(scene, candidate.package, element);
  const effect = scene.effects.get(candidate.info.commit);
  if (!effect) return NONE;
  if (!view) return NONE;
  const commit = candidate.info.commit;
  const sites = scene.sites(element);
  const bearing = { scene, view, commit, effect, element, frames };
  const tied = sites.length > 0 ? sites.map((site) => siteTie(bearing, site)) : [removedCallTie(bearing)];
  const elsewhere = effect.symbols.has(view.id)
    ? { strength: STRENGTH.sameFunction, reason: `changed ${view.name} elsewhere` }
    : NONE;
  return strongest([...tied, elsewhere]);
}

interface Bearing {
  scene: Scene;
  view: FunctionView;
  commit: string;
  effect: CommitEffect;
  element: Element;
  /** Functions on the path that is explained. */
  frames: ReadonlySet<string>;
}

function siteTie(bearing: Bearing, site: Site): Tie {
  const { scene, view, commit, effect, element } = bearing;
  const symbol = effect.symbols.get(view.id);
  const ties: Tie[] = [definitionTie(bearing, site), helperTie(bearing, site)];
  if (symbol) {
    const wrote = (line: number): boolean => scene.writers(view.id, line).some((writer) => writer.commit === commit);
    if (element.kind === 'call') ties.push(callTie(bearing, site, site.lines.find(wrote)));
    else ties.push(lineTie(bearing, site));
    ties.push(...headerTies(bearing, site, symbol.loopsAdded, wrote), removalTie(bearing, site));
    ties.push(sourceTie(bearing, site, wrote));
  }
  return strongest(ties);
}

function lineTie({ scene, view, commit }: Bearing, site: Site): Tie {
  const line = site.lines[0]!;
  const writers = scene.writers(view.id, line);
  const writer = writers.find((each) => each.commit === commit);
  if (!writer) return NONE;
  if (writer.inserted) {
    return { strength: STRENGTH.grownLine, reason: `wrote line ${line} of ${view.name}, whose own cost grew` };
  }
  // Where another candidate wrote the line before, what it brought is likelier than what the edit did.
  const isFirst = writers.at(-1)!.commit === commit;
  return {
    strength: isFirst ? STRENGTH.changedLine : STRENGTH.rewordedLine,
    reason: `changed line ${line} of ${view.name}, whose own cost grew`,
  };
}

/** Is the call new, is it another one, or was something beside it edited? */
function callTie({ scene, view, commit, element, effect }: Bearing, site: Site, line: number | undefined): Tie {
  const name = calledName(element.callee!);
  const [before, after] = (['before', 'after'] as const).map((side) =>
    scene.calls(commit, view.id, side).filter((call) => call.name === name),
  );
  const at = `the call of ${name} in line ${line ?? site.lines[0]} of ${view.name}`;
  if (after!.length > before!.length && !isWrittenAnew(scene, view, commit, site))
    return { strength: STRENGTH.newCall, reason: `added ${at}` };
  if (line === undefined) return NONE;
  // `for (…) call()` on one line.
  if (effect.symbols.get(view.id)!.loopsAdded > 0 && isLoopHeader(view.bare[line - 1] ?? '', view.language)) {
    return { strength: STRENGTH.loopAdded, reason: `put ${at} into a loop` };
  }
  if (site.call === undefined || !before!.some((call) => call.text === normalizedCode(site.call!, view.language))) {
    return { strength: STRENGTH.callChanged, reason: `changed ${at}` };
  }
  return { strength: STRENGTH.sameStatement, reason: `edited line ${line} beside the call of ${name}` };
}

/** Whether another candidate put the place there: a call that this one added was taken away again meanwhile, as by a revert. */
function isWrittenAnew(scene: Scene, view: FunctionView, commit: string, site: Site): boolean {
  const writers = site.lines.flatMap((line) => scene.writers(view.id, line));
  return writers.some((writer) => writer.inserted) && !writers.some((writer) => writer.commit === commit);
}

/** Who takes a call away takes its cost away: without this, putting one call in the place of another would look like growth. */
function removedCallTie({ scene, view, commit, element }: Bearing): Tie {
  if (element.kind !== 'call') return NONE;
  const name = calledName(element.callee!);
  const count = (side: 'before' | 'after'): number =>
    scene.calls(commit, view.id, side).filter((call) => call.name === name).length;
  if (count('before') <= count('after')) return NONE;
  return { strength: STRENGTH.newCall, reason: `removed the call of ${name} from ${view.name}` };
}

/** Lines that give a value to what the place works on. A number is told apart: it is what sets a size, a count or a depth. */
function sourceTie({ scene, view, commit, effect }: Bearing, site: Site, wrote: (line: number) => boolean): Tie {
  const line = site.sources.find(wrote);
  if (line === undefined) return NONE;
  const literals = effect.symbols
    .get(view.id)!
    .literals.map((each) => scene.lineAtHead(commit, view.path, each) ?? each);
  const reason = `changed what line ${site.lines[0]} of ${view.name} works on, in line ${line}`;
  const isLiteral = site.sources.some((each) => wrote(each) && literals.includes(each));
  return { strength: isLiteral ? STRENGTH.literalChanged : STRENGTH.inputChanged, reason };
}

function headerTies({ view }: Bearing, site: Site, loopsAdded: number, wrote: (line: number) => boolean): Tie[] {
  return site.headers
    .filter(({ line }) => wrote(line))
    .map(({ line, loop }) => {
      if (!loop)
        return { strength: STRENGTH.conditionChanged, reason: `changed the condition in line ${line} of ${view.name}` };
      return loopsAdded > 0
        ? { strength: STRENGTH.loopAdded, reason: `added the loop in line ${line} of ${view.name}` }
        : { strength: STRENGTH.loopChanged, reason: `changed the loop in line ${line} of ${view.name}` };
    });
}

function removalTie({ scene, view, commit, effect, element }: Bearing, site: Site): Tie {
  for (const { line, guards } of effect.symbols.get(view.id)!.removals) {
    const at = scene.lineAtHead(commit, view.path, line) ?? line;
    if (guards <= 0 || at > site.lines.at(-1)! + 1) continue;
    return {
      strength: STRENGTH.guardRemoved * (growsAlone(scene, view, element, at) ? 0.5 : 1),
      reason: `removed code before line ${site.lines[0]} of ${view.name} that decided whether it runs`,
    };
  }
  return NONE;
}

/**
 * Whether, of all that a function does below a line, only one thing grew: code that runs more often makes everything below it run more
 * often.
 */
function growsAlone(scene: Scene, view: FunctionView, element: Element, line: number): boolean {
  const grownBy = ({ before, after }: { before: number; after: number }): number => (after - before) / before;
  const own = scene.costs.get(elementKey(element));
  if (!own || own.before <= 0) return false;
  const peers = { before: 0, after: 0 };
  for (const [key, cost] of scene.costs) {
    const [kind, caller, callee] = key.split('\n');
    if (kind !== 'call' || caller !== view.id || callee === element.callee) continue;
    const sites = scene.sites({ kind: 'call', caller, callee: callee!, above: false });
    if (!sites.some((site) => site.lines[0]! >= line)) continue;
    peers.before += cost.before;
    peers.after += cost.after;
  }
  return peers.before > own.before / 4 && grownBy(peers) < grownBy(own) / 4;
}

/** Code outside of functions that gives a value to what the place uses. */
function definitionTie({ view, effect }: Bearing, site: Site): Tie {
  for (const [name, path] of effect.definitions) {
    if (!site.names.has(name) || !isReachable(view, path)) continue;
    return {
      strength: STRENGTH.definition,
      reason: `changed ${name} in ${path}, which line ${site.lines[0]} of ${view.name} uses`,
    };
  }
  return NONE;
}

/** A function that the place calls, too cheap to be seen in the profiles, gives it other work. */
function helperTie({ view, effect, frames }: Bearing, site: Site): Tie {
  for (const symbol of effect.symbols.values()) {
    if (frames.has(symbol.id) || symbol.id === view.id) continue;
    const name = calledName(symbol.id);
    if (!site.names.has(name) || !isReachable(view, symbol.path)) continue;
    return {
      strength: STRENGTH.helperChanged,
      reason: `changed ${name}, which line ${site.lines[0]} of ${view.name} uses`,
    };
  }
  return NONE;
}

function packageTie({ growth }: Scene, changed: string, element: Element): Tie {
  const name = element.callee === undefined ? undefined : growth.packages.get(element.callee);
  if (name !== changed) return NONE;
  return { strength: STRENGTH.packageChanged, reason: `changed the version of the package ${name}` };
}

/** Words that many settings end with: by themselves they name none. */
const GENERIC = new Set(
  'enabled disabled timeout level limit size count max min mode name value values host port url path type version interval rate'.split(
    ' ',
  ),
);

/** Spellings of a setting's key that code may use: as a whole, and its last segment where that is telling. */
export function keySpellings(key: string): string[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const last = key.split(/[./:]/).at(-1)!;
  const short = plain(last);
  const spellings = [plain(key), ...(short.length >= 6 && !GENERIC.has(short) ? [short] : [])];
  return [...new Set(spellings)].filter((each) => each.length >= 4);
}

function mentions(text: string, spellings: readonly string[]): boolean {
  const words = text.match(/[A-Za-z_$][\w$.-]*/g) ?? [];
  return words.some((word) => {
    const parts = [word, ...word.split('.')].map((each) => each.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
    return parts.some((part) => spellings.includes(part));
  });
}

function configTie(scene: Scene, key: string, view: FunctionView, element: Element): Tie {
  const spellings = keySpellings(key);
  const { code } = scanCode(view.file.text, view.language);
  const lines = code.split('\n');
  const text = (numbers: readonly number[]): string => numbers.map((line) => lines[line - 1] ?? '').join('\n');
  const sites = scene.sites(element);
  const near = sites.flatMap((site) => [...site.lines, ...site.headers.map((header) => header.line), ...site.sources]);
  if (mentions(text(near), spellings)) {
    return { strength: 0.9, reason: `${key} is used by ${view.name} where its cost grew` };
  }
  // A function above those that do the work may set up a whole service: that it reads a setting somewhere ties that to nothing.
  const works = element.kind === 'self' || scene.growth.origins.get(element.callee!) !== 'first-party';
  if (!works) return NONE;
  const own = linesOf(view);
  if (mentions(text(own), spellings)) return { strength: 0.7, reason: `${key} is used by ${view.name}` };
  const defined = lines.filter((line, index) => !own.includes(index + 1) && mentions(line, spellings));
  const used = identifiersOf(own.map((line) => view.bare[line - 1] ?? '').join('\n'), view.language);
  const names = defined.flatMap((line) => [...identifiersOf(scanCode(line, view.language).bare, view.language)]);
  if (names.some((name) => used.has(name))) {
    return { strength: 0.7, reason: `${key} sets what ${view.name} uses` };
  }
  return defined.length > 0 ? { strength: 0.3, reason: `${key} is read in ${view.path}` } : NONE;
}
