import { languageNameOf, MODULE_SYMBOL, type SourceSymbol } from '@headroom/source';
import type { SourceFiles } from './source.files.js';

/** A function of the source that a frame stands for. */
export interface NativeSymbol {
  readonly symbol: SourceSymbol;
  /** Whether the frame is a part of it without a name of its own: a lambda, a comprehension, a closure. */
  readonly folded: boolean;
}

/** Folders in which the packages of a Java repository commonly begin. */
const JAVA_ROOTS = ['src/main/java/', 'src/', '', 'app/src/main/java/'];
/** For this many classes every such folder is tried; what was found there is where the others are looked for. */
const MAX_GUESSED_CLASSES = 20;

/**
 * Finds functions of Python, Go and Java by what their profilers say: a name, mostly a line, and for Java the class instead of a
 * file. Frames of JavaScript keep what the profiler says: their file is often a compiled one.
 */
export class NativeSymbols {
  readonly #files: SourceFiles;
  readonly #guesses: readonly string[];
  /** Folders in which packages were found to begin. */
  readonly #roots = new Set<string>();
  readonly #guessed = new Set<string>();

  /** @param folders repository-relative folders that the path map leads to */
  constructor(files: SourceFiles, folders: readonly string[]) {
    this.#files = files;
    this.#guesses = [...new Set([...folders, ''])].flatMap((folder) =>
      JAVA_ROOTS.map((root) => (folder === '' ? root : `${folder}/${root}`)),
    );
  }

  /** The function of a frame in a file; undefined where its text or its language is unknown, null where it has no such function. */
  inFile(path: string, name: string, line: number): NativeSymbol | null | undefined {
    const find = FINDERS[languageNameOf(path) ?? ''];
    const symbols = find && this.#files.symbols(path);
    return symbols && (find(symbols, name, line) ?? null);
  }

  /**
   * The method of a Java frame without a file, `com.example.Till$Line.price`, in the file of its class.
   * @param mapped repository-relative path of a location, by the path map
   */
  ofJava(name: string, line: number, mapped: (location: string) => string | undefined): NativeSymbol | undefined {
    const parts = javaParts(name);
    if (!parts) return undefined;
    const location = `${parts.packages.join('/')}${parts.packages.length > 0 ? '/' : ''}${parts.classes[0]}.java`;
    const path = mapped(location);
    if (path !== undefined) {
      const symbols = this.#files.symbols(path);
      return symbols && javaSymbol(symbols, name, line);
    }
    for (const root of this.#rootsFor(location)) {
      const symbols = this.#files.symbols(root + location);
      if (!symbols) continue;
      this.#roots.add(root);
      return javaSymbol(symbols, name, line);
    }
    return undefined;
  }

  #rootsFor(location: string): readonly string[] {
    if (this.#guessed.size < MAX_GUESSED_CLASSES) this.#guessed.add(location);
    return this.#guessed.has(location) ? this.#guesses : [...this.#roots];
  }
}

type Finder = (symbols: readonly SourceSymbol[], name: string, line: number) => NativeSymbol | undefined;

const FINDERS: Readonly<Record<string, Finder>> = { python: pythonSymbol, go: goSymbol, java: javaSymbol };

/** The innermost of some symbols around a line. */
function around(symbols: readonly SourceSymbol[], line: number): SourceSymbol | undefined {
  return symbols
    .filter(({ start, end }) => line > 0 && start.line <= line && line <= end.line)
    .reduce<SourceSymbol | undefined>((a, b) => (a && a.start.offset > b.start.offset ? a : b), undefined);
}

/** Of symbols that one name fits: the one around the line, else the only one. */
function oneOf(symbols: readonly SourceSymbol[], line: number): SourceSymbol | undefined {
  return around(symbols, line) ?? (symbols.length === 1 ? symbols[0] : undefined);
}

function baseName({ name }: SourceSymbol): string {
  return name.replace(/~\d+/g, '');
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** `total`, with its class `Register.total`, or in full `outer.<locals>.inner`; a piece without a name is `<lambda>`, `<listcomp>`, …. */
function pythonSymbol(symbols: readonly SourceSymbol[], name: string, line: number): NativeSymbol | undefined {
  const full = name.replaceAll('.<locals>', '');
  const last = lastOf(full);
  if (last === MODULE_SYMBOL) return { symbol: symbols[0]!, folded: false };
  if (/^<\w+>$/.test(last)) {
    const owner = full.slice(0, -last.length - 1);
    const found = around(symbols, line) ?? symbols.find((symbol) => symbol.name === owner);
    return found && { symbol: found, folded: true };
  }
  const named = symbols.filter((symbol) => baseName(symbol) === full);
  const alike = symbols.filter((symbol) => baseName(symbol).endsWith(`.${full}`));
  // py-spy gives a method the class of the object, which may have it from another one: a line that fits says more than the class.
  const methods = symbols.filter((symbol) => lastOf(baseName(symbol)) === last);
  const placed = around(named, line) ?? around(alike, line) ?? around(methods, line);
  const symbol = placed ?? oneOf(named, 0) ?? oneOf([...named, ...alike], 0);
  return symbol && { symbol, folded: false };
}

/** `Register.Total`, as the package and the marks of closures left it. */
function goSymbol(symbols: readonly SourceSymbol[], name: string, line: number): NativeSymbol | undefined {
  const named = oneOf(
    symbols.filter((symbol) => baseName(symbol) === name),
    line,
  );
  // Such as `init.0`, or the closure of a function that was inlined: the line tells.
  const symbol = named ?? around(symbols, line);
  return symbol && { symbol, folded: named === undefined };
}

const JAVA_NAME = /^((?:[\p{Ll}_][\w]*[./])*)([\p{Lu}_$][\w$]*)\.([\w$<>]+)$/u;

interface JavaParts {
  packages: readonly string[];
  /** The class of the file first, then the ones in it. */
  classes: readonly string[];
  method: string;
  /** Whether it is in a class without a name, or what the virtual machine made of a lambda. */
  folded: boolean;
}

function javaParts(name: string): JavaParts | undefined {
  const [, packages = '', type = '', method = ''] = JAVA_NAME.exec(name) ?? [];
  if (type === '') return undefined;
  const pieces = type
    .replace(/\$\$Lambda.*/, '')
    .split('$')
    .filter(Boolean);
  const named = pieces.filter((piece) => !/^\d+$/.test(piece)).map((piece) => piece.replace(/^\d+/, ''));
  if (named.length === 0) return undefined;
  const lambda = /^lambda\$(.+)\$\d+$/.exec(method)?.[1];
  const isLambda = lambda !== undefined || name.includes('$$Lambda');
  return {
    packages: packages.split(/[./]/).filter(Boolean),
    classes: named,
    method: lambda === 'new' ? '<init>' : lambda === 'static' ? '<clinit>' : (lambda ?? method),
    folded: isLambda || pieces.some((piece) => /^\d+$/.test(piece)),
  };
}

function javaSymbol(symbols: readonly SourceSymbol[], name: string, line: number): NativeSymbol | undefined {
  const parts = javaParts(name);
  if (!parts) return undefined;
  const { classes, method, folded } = parts;
  const within = around(symbols, line);
  if (folded && within && within.kind !== 'module') return { symbol: within, folded };
  const owner = classes.join('.');
  const methods = symbols.filter((symbol) => baseName(symbol) === `${owner}.${method}`);
  // A class inside a method has that method in its name.
  const local = new RegExp(`^${classes[0]}\\..*\\b${classes.at(-1)}\\.${method.replaceAll(/[<>$]/g, '\\$&')}$`);
  const found =
    methods.length > 0 ? methods : symbols.filter((symbol) => classes.length > 1 && local.test(baseName(symbol)));
  // Without a line, overloads are told apart by nothing: the first stands for them.
  const symbol = around(found, line) ?? found[0] ?? symbols.find((each) => each.name === owner);
  return symbol && { symbol, folded };
}
