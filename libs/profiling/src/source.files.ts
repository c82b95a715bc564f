import { isSourcePath, listSymbols, type SourceSymbol } from '@headroom/source';
import { messageOf } from '@headroom/contracts';
import {
  AnyMap,
  decodedMappings,
  originalPositionFor,
  sourceContentFor,
  type TraceMap,
} from '@jridgewell/trace-mapping';
import type { PathMapper } from './path.map.js';

/** Reads a file by its repository-relative path; undefined where there is none. The only access that profiling has to files. */
export type ReadSource = (path: string) => string | undefined;

/** A place in a source file: line 1-based, column 0-based. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** A source map together with the files that it speaks of. */
interface MappedFile {
  readonly map: TraceMap;
  /** Repository-relative path by the map's source index; undefined for a source outside the repository. */
  readonly paths: readonly (string | undefined)[];
}

/** Generated lines that stand for more source lines than this say nothing about a single one (bundles, minified files). */
const MAX_LINES_OF_ONE = 3;

/** Source texts, symbols and source maps of one conversion, each read once. */
export class SourceFiles {
  readonly #read: ReadSource;
  readonly #mapper: PathMapper;
  readonly #texts = new Map<string, string | undefined>();
  readonly #maps = new Map<string, MappedFile | undefined>();
  readonly #symbols = new Map<string, readonly SourceSymbol[] | undefined>();
  readonly #problems = new Set<string>();

  constructor(read: ReadSource, mapper: PathMapper) {
    this.#read = read;
    this.#mapper = mapper;
  }

  /** What could not be read, a sentence each, sorted. */
  get problems(): readonly string[] {
    return [...this.#problems].sort();
  }

  /** Symbols of a file; undefined where its text cannot be had or its language is not known. */
  symbols(path: string): readonly SourceSymbol[] | undefined {
    if (!this.#symbols.has(path)) {
      const text = isSourcePath(path) ? this.#text(path) : undefined;
      this.#symbols.set(path, text === undefined ? undefined : listSymbols(text, path));
    }
    return this.#symbols.get(path);
  }

  /** The source whose top-level code a run file holds: the file itself without a map; undefined where several were bundled. */
  moduleSource(location: string, path: string): string | undefined {
    const mapped = this.#mapOf(location, path);
    if (!mapped) return path;
    return mapped.paths.length === 1 ? mapped.paths[0] : undefined;
  }

  /** The place in the source that a place of the file that was run comes from; undefined where its map has nothing for it. */
  original(location: string, run: Place): Place | undefined {
    const mapped = this.#mapOf(location, run.path);
    if (!mapped) return run;
    const found = originalPositionFor(mapped.map, { line: run.line, column: run.column });
    if (found.source === null) return undefined;
    const path = mapped.paths[mapped.map.resolvedSources.indexOf(found.source)];
    return path === undefined ? undefined : { path, line: found.line, column: found.column };
  }

  /**
   * The source line that a line of the file that was run comes from, given the lines of `path` in which it must lie.
   * Undefined where the map has none there, or so many that naming one would be a guess.
   */
  originalLine(
    location: string,
    run: { path: string; line: number },
    path: string,
    within: readonly [number, number],
  ): number | undefined {
    const inside = (line: number): boolean => line >= within[0] && line <= within[1];
    const mapped = this.#mapOf(location, run.path);
    if (!mapped) return run.path === path && inside(run.line) ? run.line : undefined;
    const lines = new Set<number>();
    for (const segment of decodedMappings(mapped.map)[run.line - 1] ?? []) {
      if (segment.length === 1 || mapped.paths[segment[1]] !== path) continue;
      if (inside(segment[2] + 1)) lines.add(segment[2] + 1);
    }
    return lines.size > MAX_LINES_OF_ONE ? undefined : [...lines][0];
  }

  #text(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, this.#read(path));
    return this.#texts.get(path);
  }

  #mapOf(location: string, path: string): MappedFile | undefined {
    if (!this.#maps.has(path)) this.#maps.set(path, this.#loadMap(location, path));
    return this.#maps.get(path);
  }

  #loadMap(location: string, path: string): MappedFile | undefined {
    const text = this.#text(path);
    if (text === undefined) return undefined;
    const reference = lastReference(text);
    if (reference === undefined) return undefined;
    try {
      const inline = reference.startsWith('data:');
      const json = inline ? decodeDataUrl(reference) : this.#text(siblingOf(path, reference));
      if (json === undefined) {
        this.#problems.add(`${path}: its source map ${reference} was not found`);
        return undefined;
      }
      return this.#mappedFile(json, location, path, inline ? '' : reference);
    } catch (error) {
      this.#problems.add(`${path}: its source map cannot be read: ${messageOf(error).slice(0, 120)}`);
      return undefined;
    }
  }

  #mappedFile(json: string, location: string, path: string, reference: string): MappedFile {
    const here = new AnyMap(json, siblingOf(path, reference));
    const there = new AnyMap(json, siblingOf(location, reference)).resolvedSources;
    // Decoding now turns damaged mappings into a problem of this map, not into a failure of a later look-up.
    decodedMappings(here);
    const paths = here.resolvedSources.map((source, index) => {
      const path = this.#mapper.toRepository(there[index]!) ?? insideRepository(source);
      const content = path === undefined ? null : sourceContentFor(here, source);
      // The text that the map carries is the one that was compiled, to the letter.
      if (path !== undefined && content !== null) this.#texts.set(path, content);
      return path;
    });
    return { map: here, paths };
  }
}

/** The last `sourceMappingURL` comment of a text (ECMA-426, "Linking generated code to source maps"). */
function lastReference(text: string): string | undefined {
  const start = Math.max(text.lastIndexOf('//# sourceMappingURL='), text.lastIndexOf('//@ sourceMappingURL='));
  if (start < 0) return undefined;
  const rest = text.slice(start + '//# sourceMappingURL='.length);
  const reference = /^\S+/.exec(rest)?.[0];
  // Code after the comment means that it stood inside a string or template of the program.
  return reference !== undefined && rest.slice(reference.length).trim() === '' ? reference : undefined;
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(',');
  if (comma < 0) throw new Error('the data URL has no comma');
  const payload = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64')
    ? Buffer.from(payload, 'base64').toString('utf8')
    : decodeURIComponent(payload);
}

function siblingOf(path: string, reference: string): string {
  if (reference === '') return path;
  if (/^[a-z][a-z0-9+.-]*:|^\//i.test(reference)) return reference;
  const segments = path.split('/').slice(0, -1);
  for (const segment of decodeURI(reference).split('/')) {
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else if (segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

function insideRepository(source: string): string | undefined {
  if (source === '' || source.startsWith('/') || source.startsWith('../') || /^[a-z][a-z0-9+.-]*:/i.test(source))
    return undefined;
  return source;
}
