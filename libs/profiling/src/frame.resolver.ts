import { MODULE_SYMBOL, symbolAt, type SourceSymbol } from '@headroom/source';
import type { CpuProfileCallFrame } from './cpu-profile.js';
import { locationOf, type PathMapper } from './path.map.js';
import type { Place, SourceFiles } from './source.files.js';
import type { StackFrame } from './stacks.js';

/** What a call frame of an engine turned out to be. */
export interface ResolvedFrame {
  readonly frame: StackFrame;
  /** Whether the engine's function has no name, so that it is a part of the named one around it. */
  readonly folded: boolean;
  /** The file, where neither the path map nor a package covers it. */
  readonly unmappedFile?: string;
  /** Source line of a line of the file that was run; undefined where none can be named. */
  readonly lineOf: (line: number) => number | undefined;
}

const noLine = (): undefined => undefined;
const ANONYMOUS = '(anonymous)';
const MAX_ID_LENGTH = 400;

/** Gives call frames of a V8 profile their identity. */
export class FrameResolver {
  readonly #files: SourceFiles;
  readonly #mapper: PathMapper;

  constructor(files: SourceFiles, mapper: PathMapper) {
    this.#files = files;
    this.#mapper = mapper;
  }

  resolve(callFrame: CpuProfileCallFrame): ResolvedFrame {
    const location = locationOf(callFrame.url);
    const inPackage = packageFrame(location, callFrame.functionName);
    if (inPackage) return inPackage;
    const path = this.#mapper.toRepository(location);
    if (path !== undefined) return this.#firstParty(callFrame, location, path);
    return isFile(location) ? unmappedFrame(location, callFrame) : runtimeFrame(location, callFrame);
  }

  #firstParty(callFrame: CpuProfileCallFrame, location: string, runPath: string): ResolvedFrame {
    const name = engineName(callFrame);
    const isModule = name === undefined && callFrame.lineNumber <= 0 && callFrame.columnNumber <= 0;
    if (isModule) return this.#module(location, runPath);
    const run = {
      path: runPath,
      line: Math.max(callFrame.lineNumber, 0) + 1,
      column: Math.max(callFrame.columnNumber, 0),
    };
    const place = this.#files.original(location, run);
    if (!place) return unresolvedFrame(runPath, name);
    const bundled = packageFrame(`/${place.path}`, callFrame.functionName);
    if (bundled) return bundled;
    const symbols = this.#files.symbols(place.path);
    const symbol = symbols && symbolFor(symbols, place, name);
    if (!symbol) return unresolvedFrame(place.path, name);
    return this.#symbolFrame(location, runPath, symbol, name === undefined);
  }

  #module(location: string, runPath: string): ResolvedFrame {
    const path = this.#files.moduleSource(location, runPath);
    if (path === undefined) return unresolvedFrame(runPath, MODULE_SYMBOL);
    const symbol = this.#files.symbols(path)?.find(({ name }) => name === MODULE_SYMBOL);
    return symbol ? this.#symbolFrame(location, runPath, symbol, false) : unresolvedFrame(path, MODULE_SYMBOL);
  }

  #symbolFrame(location: string, runPath: string, symbol: SourceSymbol, folded: boolean): ResolvedFrame {
    const within = [symbol.start.line, symbol.end.line] as const;
    return {
      frame: { id: symbol.id, origin: 'first-party', resolved: true },
      folded,
      lineOf: remembered((line) => this.#files.originalLine(location, { path: runPath, line }, symbol.path, within)),
    };
  }
}

// A minified line has a hundred thousand mappings, and a profile asks for it at every node.
function remembered(lineOf: ResolvedFrame['lineOf']): ResolvedFrame['lineOf'] {
  const known = new Map<number, number | undefined>();
  return (line) => {
    if (!known.has(line)) known.set(line, lineOf(line));
    return known.get(line);
  };
}

/**
 * The symbol at a place. A coarse source map may point beside the function, at the code around it: where the engine knows another
 * name, the only symbol of that name that starts on the same line is the one.
 */
function symbolFor(symbols: readonly SourceSymbol[], place: Place, name: string | undefined): SourceSymbol | undefined {
  const found = symbolAt(symbols, place.line, place.column);
  if (!found || name === undefined) return found;
  const wanted = lastPart(name.replace(/^(get|set) /, ''));
  const startsHere = found.start.line === place.line && found.kind !== 'class' && found.kind !== 'module';
  if (lastPart(found.name) === wanted || startsHere) return found;
  const beside = symbols.filter((symbol) => symbol.start.line === place.line && lastPart(symbol.name) === wanted);
  return beside.length === 1 ? beside[0] : found;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/~\d+$/, '');
}

function engineName(callFrame: CpuProfileCallFrame): string | undefined {
  const name = callFrame.functionName;
  return name === '' || name === ANONYMOUS ? undefined : name;
}

function unresolvedFrame(path: string, name: string | undefined): ResolvedFrame {
  return plain({ id: `${path}:${name ?? ANONYMOUS}`, origin: 'first-party', resolved: false });
}

function packageFrame(location: string, functionName: string): ResolvedFrame | undefined {
  const marker = '/node_modules/';
  const start = location.lastIndexOf(marker);
  if (start < 0) return undefined;
  const inside = location.slice(start + marker.length);
  const name = /^(@[^/]+\/)?[^/]+/.exec(inside)?.[0];
  if (name === undefined) return undefined;
  const id = `node_modules/${inside}:${functionName || ANONYMOUS}`;
  return plain({ id, origin: 'third-party', package: name, resolved: true });
}

function isFile(location: string): boolean {
  return location.startsWith('/') || /^[A-Za-z]:\//.test(location);
}

function unmappedFrame(location: string, callFrame: CpuProfileCallFrame): ResolvedFrame {
  const id = `${location}:${callFrame.functionName || ANONYMOUS}`;
  return { ...plain({ id, origin: 'third-party', resolved: true }), unmappedFile: location };
}

function runtimeFrame(location: string, callFrame: CpuProfileCallFrame): ResolvedFrame {
  const name = callFrame.functionName || ANONYMOUS;
  const id = location === '' ? name : `${location}:${name}`;
  return plain({ id, origin: 'runtime', resolved: true });
}

// Names can hold anything, a whole regular expression included: an identity is one line of bounded length.
function plain(frame: StackFrame): ResolvedFrame {
  const line = frame.id.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '');
  const id = line.length > MAX_ID_LENGTH ? `${line.slice(0, MAX_ID_LENGTH - 1)}…` : line;
  return { frame: { ...frame, id }, folded: false, lineOf: noLine };
}
