import type { Regression } from '@headroom/contracts';
import { callsWithin } from '@headroom/source';
import type { DiffHunk } from '@headroom/workspace';
import type { CandidateSet } from './candidates.js';
import { codeLanguageOf } from './code.language.js';
import { normalizedCode } from './code.text.js';
import { effectOf, renamedText, type CommitEffect } from './commit.effect.js';
import { siteOf, sitesOfCall, viewFunction, type FunctionView, type Site } from './function.view.js';
import { elementCosts, elementKey, elementsOf, type Element, type Growth } from './growth.js';
import { grownLines, onOneVersion, type GrownLine } from './line.costs.js';
import { mapLine } from './line.map.js';
import { lineWriters, type LineWriter } from './line.writers.js';
import { presenceOf, type Presence } from './presence.js';
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
  /** How well the cost followed a candidate. */
  presence: Presence;
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
    text: normalizedCode(text.slice(call.start.offset, call.end.offset), codeLanguageOf(path)),
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
  { set, effects, until, later }: Effects & { set: CandidateSet },
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
  const calls = await readCalls(reader, { effects, later }, views);
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
    presence: await presenceOf(reader, regression, growth, set.before),
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

/** Name before → name after. */
type Names = ReadonlyMap<string, string>;

/** What the candidates did. */
export interface Effects {
  /** By commit, in the order of the candidates. */
  effects: Map<string, CommitEffect>;
  /** A commit that all candidates come after, where one is known. */
  until: string | undefined;
  /** By commit: the renames of those after it, in their order. */
  later: Map<string, readonly Names[]>;
}

/** Reads what the candidates did. Functions go by the names that they have after the candidates. */
export async function readEffects(reader: RepositoryReader, set: CandidateSet): Promise<Effects> {
  const { candidates, head } = set;
  const until = await boundaryOf(reader, set);
  const commits = candidates.flatMap((each) => (each.kind === 'commit' ? [each] : []));
  const ids = commits.map(({ info }) => info.commit);
  await Promise.all([reader.readChanges(ids, until), head === undefined ? undefined : reader.readFilesUpTo(head, ids)]);
  const effects = new Map<string, CommitEffect>();
  for (const { info } of commits) effects.set(info.commit, await effectOf(reader, info));
  // Of those that only renamed something; of hundreds of commits that is a few.
  const renaming = commits.flatMap(({ info, eligible }, at) => {
    const { moves, renames } = effects.get(info.commit)!;
    return eligible && moves.size + renames.size > 0 ? [{ at, moves, renames }] : [];
  });
  const later = new Map<string, readonly Names[]>();
  for (const [at, { info, eligible }] of commits.entries()) {
    const { commit } = info;
    const following = renaming.filter((each) => each.at > at || !eligible);
    const files = head === undefined ? [] : await reader.filesBetween(commit, head);
    const renamed = new Map(files.flatMap((file) => (file.status === 'renamed' ? [[file.oldPath!, file.path]] : [])));
    const effect = effects.get(commit)!;
    if (renamed.size > 0 || following.length > 0) {
      const symbols = [...effect.symbols.values()].map((symbol) => {
        const moved = following.reduce((id, { moves }) => moves.get(id) ?? id, symbol.id);
        const colon = moved.indexOf(':');
        const path = renamed.get(moved.slice(0, colon)) ?? moved.slice(0, colon);
        const id = path + moved.slice(colon);
        return [id, { ...symbol, id, path }] as const;
      });
      effects.set(commit, { ...effect, symbols: new Map(symbols) });
    }
    later.set(
      commit,
      following.map(({ renames }) => renames),
    );
  }
  return { effects, until, later };
}

async function readCalls(
  reader: RepositoryReader,
  { effects, later }: Pick<Effects, 'effects' | 'later'>,
  views: ReadonlyMap<string, FunctionView>,
): Promise<Map<string, WrittenCall[]>> {
  const calls = new Map<string, WrittenCall[]>();
  for (const [commit, { symbols, renames }] of effects) {
    const after = later.get(commit) ?? [];
    // What only got another name is called as before.
    const names: Record<'before' | 'after', readonly Names[]> = { before: [renames, ...after], after };
    for (const symbol of symbols.values()) {
      if (!views.has(symbol.id)) continue;
      for (const side of ['before', 'after'] as const) {
        const place = symbol[side];
        const file = place && (await reader.source(place.commit, place.path));
        if (!file) continue;
        const written = callsOf(file.text, place.path, place.name);
        calls.set(
          `${side} ${commit}\n${symbol.id}`,
          written.map((call) => names[side].reduce<WrittenCall>(renamedCall, call)),
        );
      }
    }
  }
  return calls;
}

function renamedCall({ name, text }: WrittenCall, names: Names): WrittenCall {
  return { name: names.get(name) ?? name, text: renamedText(text, names) };
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
  const versions = versionsOf(regression, growth);
  const [older, newer] = [await known(reader, versions.before), await known(reader, versions.after)];
  await reader.readFilesUpTo(base, [...older.values()]);
  await reader.readFilesUpTo(head, [...newer.values()]);
  const oldPaths = new Map((await reader.filesBetween(base, head)).map((file) => [file.path, file.oldPath]));
  const grown = new Map<string, GrownLine[]>();
  for (const { id, path } of views.values()) {
    const [before, after] = [growth.lines.before.get(id), growth.lines.after.get(id)];
    if (!after) continue;
    const { file } = views.get(id)!;
    grown.set(
      id,
      grownLines(
        onOneVersion(before ?? [], await hunksAt(reader, older, base, oldPaths.get(path) ?? path)),
        onOneVersion(after, await hunksAt(reader, newer, head, path)),
        await reader.hunksBetween(base, head, path),
        (line) => file.lines[line - 1] ?? '',
      ),
    );
  }
  return grown;
}

/** Versions that profiles say they are of, then those of the deployments of each side, nearest first. */
function versionsOf({ series, changePoint }: Regression, { lines }: Growth): { before: string[]; after: string[] } {
  const at = series.findIndex((point) => point.deployment === changePoint.deployment);
  const said = (side: Growth['lines']['before']): string[] =>
    [...side.values()].flatMap((costs) => costs.flatMap(({ version }) => version ?? []));
  const distinct = (side: Growth['lines']['before'], points: Regression['series']): string[] =>
    [...new Set([...said(side), ...points.map(({ version }) => version)])].slice(0, MAX_VERSIONS);
  return {
    before: distinct(lines.before, at < 0 ? [] : series.slice(0, at).reverse()),
    after: distinct(lines.after, at < 0 ? [] : series.slice(at)),
  };
}

/** Those versions that the repository has, with their full ids. */
async function known(reader: RepositoryReader, versions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(versions.map(async (version) => [version, await reader.known(version)] as const));
  return new Map(found.flatMap(([version, commit]) => (commit === undefined ? [] : [[version, commit] as const])));
}

/** By version: the hunks that lead to a file of a commit. */
async function hunksAt(
  reader: RepositoryReader,
  versions: ReadonlyMap<string, string>,
  to: string,
  path: string,
): Promise<ReadonlyMap<string, readonly DiffHunk[]>> {
  const hunks = [...versions].map(
    async ([version, commit]) => [version, await reader.hunksBetween(commit, to, path)] as const,
  );
  return new Map(await Promise.all(hunks));
}
