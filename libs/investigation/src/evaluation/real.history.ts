import { HeadroomError } from '@headroom/contracts';
import { isSourcePath } from '@headroom/source';
import { openMirror, type CommitInfo, type GitMirror } from '@headroom/workspace';
import { codeLanguageOf, pathOfId } from '../code.language.js';
import { scanCode } from '../code.text.js';
import { definedNames, identifiersOf } from '../code.words.js';
import { calledName } from '../function.names.js';
import { linesFrom, mapLine } from '../line.map.js';
import { RepositoryReader, symbolsOfLine, type SourceFile } from '../repository.reader.js';
import { judged, type MeasuredHistory } from './judge.js';
import type { Outcome, RealShape } from './outcome.js';
import { measuredPaths, type RunPath } from './program.js';
import { Random } from './random.js';
import { reportOf, type EvaluationReport } from './report.js';

/** What is evaluated on a real repository. */
export interface RepositoryEvaluationOptions {
  /** Path or address of the repository. */
  location: string;
  branch: string;
  /** Folder of git mirrors. */
  cacheDir: string;
  seed: number;
  /** Of each of the two kinds. */
  histories: number;
  version: string;
}

const NOISE = 0.03;
/** Most commits of the branch that are chosen from, the newest. */
const MOST_COMMITS = 5_000;
/** Fewest and most commits of a deployment. */
const WINDOW = [3, 20] as const;
/** Fewest lines that cost something before. */
const LEAST_LINES = 3;
/** Growth, as a part of what the function cost. */
const GROWTH = 0.4;
const TRIES = 400;
const LINE_COST = 10;

/**
 * Judges the naming of root causes on stretches of a real history. Its code and commits are real; the profiles are computed: the lines
 * that a commit wrote into a function make it dearer (`real-change`), or a line that no commit of the stretch can have made dearer
 * (`real-unexplained`), while what the others wrote costs nothing.
 * @throws HeadroomError `HEADROOM_EVALUATION_HISTORY` where a history has no such stretches; what {@link openMirror} throws
 */
export async function evaluateOnRepository(options: RepositoryEvaluationOptions): Promise<EvaluationReport> {
  const { location, branch, cacheDir, seed, histories, version } = options;
  const mirror = await openMirror({ location, cacheDir });
  const commits = await mirror.commitsBetween(undefined, branch, MOST_COMMITS);
  const outcomes: Outcome[] = [];
  for (const shape of ['real-change', 'real-unexplained'] as const) {
    for (let index = 0; index < histories; index += 1) {
      const own = seed * 1_000_003 + index * 101;
      outcomes.push(await judgeStretch(mirror, commits, shape, own));
    }
  }
  return reportOf(outcomes, { world: `a real repository, ${commits.length} commits`, seed, version });
}

async function judgeStretch(
  mirror: GitMirror,
  commits: readonly CommitInfo[],
  shape: RealShape,
  seed: number,
): Promise<Outcome> {
  const reader = new RepositoryReader(mirror);
  const random = new Random(seed);
  try {
    for (let tries = 0; tries < TRIES && commits.length > WINDOW[1]; tries += 1) {
      const found = await stretchOf({ mirror, reader, commits, random }, shape);
      if (!found) continue;
      const about = { shape, seed, nameable: shape === 'real-change' };
      return await judged(found.history, found.ids, mirror, about);
    }
  } finally {
    reader.close();
  }
  throw new HeadroomError(
    'The history has no stretch of commits that write into functions which were there before; name a branch with more of them.',
    { code: 'HEADROOM_EVALUATION_HISTORY' },
  );
}

interface Past {
  mirror: GitMirror;
  reader: RepositoryReader;
  commits: readonly CommitInfo[];
  random: Random;
}

/** A stretch of the history in which a commit changes a function; undefined where the one that was drawn has none. */
async function stretchOf(
  { mirror, reader, commits, random }: Past,
  shape: RealShape,
): Promise<{ history: MeasuredHistory; ids: string[] } | undefined> {
  const size = random.whole(...WINDOW);
  const end = random.whole(size, commits.length - 1);
  const [before, head] = [commits[end - size]!.commit, commits[end]!.commit];
  const stretch = await mirror.commitsBetween(before, head);
  const own = stretch.filter(({ parents }) => parents.length === 1);
  if (own.length === 0 || stretch.length > 3 * WINDOW[1]) return undefined;
  const cause = random.pick(own).commit;
  const touched = await functionTouched({ reader, random }, { before, head, cause });
  if (!touched) return undefined;
  const written = new Set(stretch.map(({ commit }) => commit));
  const isOld = (line: number): boolean => !written.has(touched.writers.get(line) ?? '');
  const old = touched.lines.filter(isOld);
  const grown =
    shape === 'real-change'
      ? touched.lines.filter((line) => touched.writers.get(line) === cause)
      : await untouchedLines(reader, touched, { written, isOld });
  if (old.length < LEAST_LINES || grown.length === 0) return undefined;
  const dearer = random.pick(grown);
  const subject = touched.id;
  const path = (line: number, cost: number): RunPath => ({ frames: ['node:internal/main:run', subject], line, cost });
  const extra = old.length * LINE_COST * GROWTH;
  const after = [...old.map((line) => path(line, LINE_COST)), path(dearer, extra)];
  const kept = new Set(old);
  const ranBefore = touched.before.filter((line) => kept.has(mapLine(touched.hunks, line) ?? 0));
  const was = ranBefore.map((line) => path(line, LINE_COST));
  if (was.length < LEAST_LINES) return undefined;
  const rest: RunPath = { frames: ['node:internal/main:run'], cost: old.length * LINE_COST * 5 };
  const measured = (paths: RunPath[]): RunPath[] => measuredPaths([...paths, rest], NOISE, random);
  return {
    ids: [before, head, cause],
    history: {
      plan: {
        subject,
        deployments: [
          { id: 'older', at: 0, commit: 0 },
          { id: 'deploy-0', at: 1, commit: 1 },
        ],
        candidates: ['deploy-0'],
        experiments: [],
        truth: { commits: shape === 'real-change' ? [2] : [], keys: [], packages: [] },
        mixed: 0,
      },
      sides: {
        before: [{ deployment: 'older', commit: 0, paths: measured(was), subject }],
        after: [{ deployment: 'deploy-0', commit: 1, paths: measured(after), subject }],
      },
      old: Array.from({ length: 8 }, () => was.length * LINE_COST * Math.exp(0.015 * random.normal())),
    },
  };
}

interface Touched {
  id: string;
  /** Lines of its own that hold code, after the stretch and before it. */
  lines: number[];
  before: number[];
  /** Text of the lines of its file after the stretch, without comments and strings. */
  bare: readonly string[];
  writers: ReadonlyMap<number, string>;
  hunks: Parameters<typeof mapLine>[0];
}

/** A function that was there before the stretch and has lines of the cause after it. */
async function functionTouched(
  { reader, random }: Pick<Past, 'reader' | 'random'>,
  { before, head, cause }: { before: string; head: string; cause: string },
): Promise<Touched | undefined> {
  const { files } = await reader.changesOf(cause);
  const paths = files.filter(({ path, hunks }) => isSourcePath(path) && hunks.some(({ newLines }) => newLines > 0));
  if (paths.length === 0) return undefined;
  const { path } = random.pick(paths);
  const [old, now] = [await reader.source(before, path), await reader.source(head, path)];
  if (!old || !now) return undefined;
  const functions = now.symbols.filter(
    ({ kind, name }) => kind !== 'module' && kind !== 'class' && old.index.named(name),
  );
  const first = random.whole(0, Math.max(0, functions.length - 1));
  for (const { name, start, end } of [...functions.slice(first), ...functions.slice(0, first)]) {
    const writers = await reader.writers(head, path, start.line, end.line);
    const lines = codeLines(now, name);
    if (!lines.some((line) => writers.get(line) === cause)) continue;
    const hunks = await reader.hunksBetween(before, head, path);
    const bare = scanCode(now.text, codeLanguageOf(path)).bare.split('\n');
    return { id: `${path}:${name}`, lines, bare, before: codeLines(old, name), writers, hunks };
  }
  return undefined;
}

/**
 * Lines that nothing in the stretch can have made dearer: none above them in the function was written by it, and they use no name
 * that it changed.
 */
async function untouchedLines(
  reader: RepositoryReader,
  { id, lines, bare }: Touched,
  { written, isOld }: { written: ReadonlySet<string>; isOld: (line: number) => boolean },
): Promise<number[]> {
  const changed = new Set<string>();
  for (const commit of written) {
    for (const { path, hunks } of (await reader.changesOf(commit)).files) {
      const file = isSourcePath(path) ? await reader.source(commit, path) : undefined;
      for (const { newStart, newLines, added, removed } of hunks) {
        for (const line of [...added, ...removed].flatMap((each) => definedNames(each, codeLanguageOf(path))))
          changed.add(line);
        for (const line of linesFrom(newStart, newLines)) {
          for (const { name } of file ? symbolsOfLine(file, line) : []) changed.add(calledName(name));
        }
      }
    }
  }
  const first = lines.findIndex((line) => !isOld(line));
  return lines
    .slice(0, first < 0 ? undefined : first)
    .filter(
      (line) =>
        ![...identifiersOf(bare[line - 1] ?? '', codeLanguageOf(pathOfId(id)))].some((name) => changed.has(name)),
    );
}

/** Lines of a function's own that hold a word of code. */
function codeLines(file: SourceFile, name: string): number[] {
  const symbol = file.index.named(name)!;
  const bare = scanCode(file.text, codeLanguageOf(symbol.path)).bare.split('\n');
  const lines: number[] = [];
  for (let line = symbol.start.line; line <= symbol.end.line; line += 1) {
    const isOwn = symbolsOfLine(file, line).some((each) => each.name === name);
    if (isOwn && /\w/.test(bare[line - 1] ?? '')) lines.push(line);
  }
  return lines;
}
