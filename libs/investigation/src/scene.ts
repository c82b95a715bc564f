import type { Regression } from '@headroom/contracts';
import { callsWithin } from '@headroom/source';
import type { DiffHunk } from '@headroom/workspace';
import type { CandidateSet } from './candidates.js';
import { normalizedCode } from './code.text.js';
import { effectOf, type CommitEffect } from './commit.effect.js';
import { calledName } from './function.names.js';
import { siteOf, sitesOfCall, viewFunction, type FunctionView, type Site } from './function.view.js';
import { elementCosts, elementKey, elementsOf, type Element, type Growth } from './growth.js';
import { grownLines, onOneVersion, type GrownLine } from './line.costs.js';
import { mapLine } from './line.map.js';
import { lineWriters, type LineWriter } from './line.writers.js';
import type { RepositoryReader } from './repository.reader.js';

/** Everything that the evidence is weighed from. */
export interface Scene {
  growth: Growth;
  /** The repository's functions on the paths of the growth, as they stand after the candidates. */
  views: ReadonlyMap<string, FunctionView>;
  /** Where the own cost of these functions grew; empty where no lines were measured. */
  grown: ReadonlyMap<string, readonly GrownLine[]>;
  /** By commit. */
  effects: ReadonlyMap<string, CommitEffect>;
  /** A line of a file after a commit → the line after the candidates. */
  lineAtHead(commit: string, path: string, line: number): number | undefined;
  /** Calls written in a function before and after a commit that changed it; none where there is no such function. */
  calls(commit: string, id: string, side: 'before' | 'after'): readonly WrittenCall[];
  /** The candidates that a line of a function has its text from. */
  writers(id: string, line: number): readonly LineWriter[];
  /** The places of an element of the growth. */
  sites(element: Element): readonly Site[];
  /** Costs of the elements of the growth, by key. */
  costs: ReadonlyMap<string, { before: number; after: number }>;
}

/** A call as it is written: its last name, and its text without what does not matter. */
export interface WrittenCall {
  name: string;
  text: string;
}

/** The calls written in a function of a file. */
function callsOf(text: string, path: string, name: string): WrittenCall[] {
  return callsWithin(text, path, name).map((call) => ({
    name: call.name.replace(/^#/, ''),
    text: normalizedCode(text.slice(call.start.offset, call.end.offset)),
  }));
}

/** Most commits below the candidates for which a common one is looked for. */
const MAX_BOUNDARIES = 100;
/** Most versions on a side whose lines are told apart. */
const MAX_VERSIONS = 12;

/** Reads all that the evidence needs. */
export async function buildScene(
  reader: RepositoryReader,
  growth: Growth,
  { set, effects, until }: Effects & { set: CandidateSet },
  regression: Regression,
): Promise<Scene> {
  const head = set.head;
  const views = new Map<string, FunctionView>();
  if (head !== undefined) {
    for (const id of ownFunctions(growth)) {
      const view = await viewFunction(reader, head, id, until);
      if (view) views.set(id, view);
    }
  }
  const calls = await readCalls(reader, effects, views);
  const writers = new Map<string, ReadonlyMap<number, LineWriter[]>>();
  const written = { candidates: new Set(effects.keys()), until };
  for (const view of views.values()) writers.set(view.id, await lineWriters(reader, view, written));
  const grown =
    head === undefined ? new Map() : await grownByFunction(reader, { growth, views, set, head }, regression);
  const hunks = head === undefined ? new Map() : await hunksToHead(reader, { effects, views, head });
  return {
    growth,
    views,
    grown,
    effects,
    lineAtHead: (commit, path, line) => mapLine(hunks.get(`${commit} ${path}`) ?? [], line),
    calls: (commit, id, side) => calls.get(`${side} ${commit}\n${id}`) ?? [],
    writers: (id, line) => writers.get(id)?.get(line) ?? [],
    sites: siteReader(views),
    costs: elementCosts(growth),
  };
}

/**
 * A commit that all candidates come after: who wrote a line before it does not matter, and git need not look. Undefined where there
 * is none.
 */
async function boundaryOf(reader: RepositoryReader, { candidates }: CandidateSet): Promise<string | undefined> {
  const infos = candidates.flatMap((candidate) => (candidate.kind === 'commit' ? [candidate.info] : []));
  const own = new Set(infos.map(({ commit }) => commit));
  if (infos.some(({ parents }) => parents.length === 0)) return undefined;
  const below = new Set(infos.flatMap(({ parents }) => parents).filter((parent) => !own.has(parent)));
  return below.size > MAX_BOUNDARIES ? undefined : await reader.commonAncestor([...below]);
}

/** `commit path` → the hunks that lead from the file after a candidate to the file after all of them. */
async function hunksToHead(
  reader: RepositoryReader,
  { effects, views, head }: { effects: Effects['effects']; views: ReadonlyMap<string, FunctionView>; head: string },
): Promise<Map<string, readonly DiffHunk[]>> {
  const hunks = new Map<string, readonly DiffHunk[]>();
  for (const [commit, { symbols }] of effects) {
    for (const { id, path } of views.values()) {
      if (commit === head || !symbols.has(id)) continue;
      hunks.set(`${commit} ${path}`, await reader.hunksBetween(commit, head, path));
    }
  }
  return hunks;
}

/** What the candidates did. */
export interface Effects {
  /** By commit, in the order of the candidates. */
  effects: Map<string, CommitEffect>;
  /** A commit that all candidates come after, where one is known. */
  until: string | undefined;
}

/** Reads what the candidates did. */
export async function readEffects(reader: RepositoryReader, set: CandidateSet): Promise<Effects> {
  const { candidates, head } = set;
  const until = await boundaryOf(reader, set);
  const effects = new Map<string, CommitEffect>();
  const infos = candidates.flatMap((candidate) => (candidate.kind === 'commit' ? [candidate.info] : []));
  const commits = infos.map(({ commit }) => commit);
  await Promise.all([
    reader.readChanges(commits, until),
    head === undefined ? undefined : reader.readFilesUpTo(head, commits),
  ]);
  for (const info of infos) {
    const { commit } = info;
    const effect = await effectOf(reader, info);
    const files = head === undefined ? [] : await reader.filesBetween(commit, head);
    // Functions go by the names that they have after the candidates.
    const renamed = new Map(files.flatMap((file) => (file.status === 'renamed' ? [[file.oldPath!, file.path]] : [])));
    const symbols =
      renamed.size === 0
        ? effect.symbols
        : new Map(
            [...effect.symbols.values()].map((symbol) => {
              const path = renamed.get(symbol.path) ?? symbol.path;
              const id = path + symbol.id.slice(symbol.path.length);
              return [id, { ...symbol, id, path }];
            }),
          );
    effects.set(commit, { ...effect, symbols });
  }
  return { effects, until };
}

async function readCalls(
  reader: RepositoryReader,
  effects: ReadonlyMap<string, CommitEffect>,
  views: ReadonlyMap<string, FunctionView>,
): Promise<Map<string, WrittenCall[]>> {
  const calls = new Map<string, WrittenCall[]>();
  for (const [commit, { symbols, moves }] of effects) {
    const renamed = new Map([...moves].map(([before, after]) => [calledName(before), calledName(after)]));
    for (const symbol of symbols.values()) {
      if (!views.has(symbol.id)) continue;
      for (const side of ['before', 'after'] as const) {
        const place = symbol[side];
        const file = place && (await reader.source(place.commit, place.path));
        if (!file) continue;
        const written = callsOf(file.text, place.path, place.name);
        // The call of a function that only got another name is the same call.
        const same = side === 'before' ? written.map((call) => renamedCall(call, renamed)) : written;
        calls.set(`${side} ${commit}\n${symbol.id}`, same);
      }
    }
  }
  return calls;
}

function renamedCall(call: WrittenCall, renamed: ReadonlyMap<string, string>): WrittenCall {
  const name = renamed.get(call.name);
  return name === undefined ? call : { name, text: call.text.replace(call.name, () => name) };
}

/**
 * The places of an element. None where code runs without being named, as a callback of the engine does, or where no lines were
 * measured: then nothing tells which line made it run.
 */
function siteReader(views: ReadonlyMap<string, FunctionView>): (element: Element) => readonly Site[] {
  const known = new Map<string, readonly Site[]>();
  return (element) => {
    const key = elementKey(element);
    const found = known.get(key);
    if (found) return found;
    const view = views.get(element.caller);
    const sites = view ? sitesIn(view, element) : [];
    known.set(key, sites);
    return sites;
  };
}

function sitesIn(view: FunctionView, element: Element): Site[] {
  if (element.kind === 'call') return sitesOfCall(view, element.callee!);
  return element.line === undefined ? [] : [siteOf(view, [element.line])];
}

function ownFunctions(growth: Growth): Set<string> {
  return new Set(growth.paths.flatMap((path) => elementsOf(path, growth).map((element) => element.caller)));
}

interface Sides {
  growth: Growth;
  views: ReadonlyMap<string, FunctionView>;
  set: CandidateSet;
  head: string;
}

async function grownByFunction(
  reader: RepositoryReader,
  { growth, views, set, head }: Sides,
  regression: Regression,
): Promise<Map<string, GrownLine[]>> {
  const base = set.before ?? head;
  const versions = versionsOf(regression);
  const [older, newer] = [await known(reader, versions.before), await known(reader, versions.after)];
  await reader.readFilesUpTo(base, older);
  await reader.readFilesUpTo(head, newer);
  const oldPaths = new Map((await reader.filesBetween(base, head)).map((file) => [file.path, file.oldPath]));
  const mapsOf = (commits: readonly string[], to: string, path: string): Promise<(readonly DiffHunk[])[]> =>
    Promise.all(commits.map((commit) => reader.hunksBetween(commit, to, path)));
  const grown = new Map<string, GrownLine[]>();
  for (const { id, path } of views.values()) {
    const [before, after] = [growth.lines.before.get(id), growth.lines.after.get(id)];
    if (!after) continue;
    grown.set(
      id,
      grownLines(
        onOneVersion(before ?? new Map(), await mapsOf(older, base, oldPaths.get(path) ?? path)),
        onOneVersion(after, await mapsOf(newer, head, path)),
        await reader.hunksBetween(base, head, path),
      ),
    );
  }
  return grown;
}

function versionsOf({ series, changePoint }: Regression): { before: string[]; after: string[] } {
  const at = series.findIndex((point) => point.deployment === changePoint.deployment);
  if (at < 0) return { before: [], after: [] };
  const distinct = (points: Regression['series']): string[] => [...new Set(points.map((point) => point.version))];
  return {
    before: distinct(series.slice(0, at).reverse()).slice(0, MAX_VERSIONS),
    after: distinct(series.slice(at)).slice(0, MAX_VERSIONS),
  };
}

/** Full ids of those commits that the repository has. */
async function known(reader: RepositoryReader, versions: readonly string[]): Promise<string[]> {
  const commits = await Promise.all(versions.map((version) => reader.known(version)));
  return commits.filter((commit) => commit !== undefined);
}
