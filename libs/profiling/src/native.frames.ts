import type { NativeSymbols } from './native.symbols.js';
import type { PathMapper } from './path.map.js';
import type { StackFrame } from './stacks.js';

/** A frame as a profiler other than V8's reports it. */
export interface NativeFrame {
  /** Function, as the profiler writes it. */
  readonly name: string;
  /** File, as the profiler writes it; empty where it has none. */
  readonly file: string;
  /** 1-based line that runs in it; 0 where it is not told. */
  readonly line: number;
}

/** A frame with its identity. */
export interface NamedFrame {
  readonly frame: StackFrame;
  /** Whether it is a closure named by its number, a part of the function around it. */
  readonly folded: boolean;
  /** The file, where neither the path map nor a package covers it. */
  readonly unmappedFile?: string;
}

const MAX_ID_LENGTH = 400;
const PYTHON_PACKAGES = /(?:^|\/)(?:site|dist)-packages\/((?:([^/]+?)(?:\.py)?)(?:\/.*)?)$/;
const GO_MODULE = /(?:^|\/pkg\/mod\/)((?:[^/@]+\/)+[^/@]+)@v[^/]+\//;
const GO_VENDOR = /(?:^|\/)vendor\/((?:[^/]+\.[^/]+\/)[^/]+(?:\/[^/]+)?)\//;
const NODE_PACKAGE = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const RUNTIME_FILE =
  /\/go[^/]*\/src\/|^runtime\/|\/lib\/python\d[^/]*\/|^(?:node:|<frozen |<built-in)|^internal\/(?:runtime|abi|poll|sync)/;
const RUNTIME_NAME =
  /^(?:runtime[./]|\[|\(|(?:java|javax|jdk|sun|com\.sun)[./]|_start$|__libc_|__GI_|entry_SYSCALL|do_syscall_|_PyEval|PyObject_|Builtins_|v8::|node::|syscall\.)|_\[k\]$/;

/**
 * Identities for frames of native profilers: `repository/path:qualified.name` where the path map covers the file, the name alone
 * where there is no file. A file below `node_modules`, `site-packages`, `pkg/mod` or `vendor` is a package's; standard libraries
 * are the runtime. Without a file, a name that begins with one of `firstParty` is the repository's. Where the text of a Python, Go
 * or Java file is at hand, the name is the one that the source gives the function.
 */
export class NativeFrames {
  readonly #mapper: PathMapper;
  readonly #firstParty: readonly string[];
  readonly #symbols: NativeSymbols;
  readonly #known = new Map<string, NamedFrame>();

  constructor(mapper: PathMapper, firstParty: readonly string[], symbols: NativeSymbols) {
    this.#mapper = mapper;
    this.#firstParty = firstParty;
    this.#symbols = symbols;
  }

  name({ name, file, line }: NativeFrame): NamedFrame {
    const key = `${file}\n${name}\n${line}`;
    const known = this.#known.get(key) ?? this.#named(name || '(unknown)', file, line);
    this.#known.set(key, known);
    return known;
  }

  #named(name: string, file: string, line: number): NamedFrame {
    // Of a class file, the virtual machine knows the file's name and not its folder: the class tells it.
    if (file === '' || file === '??' || /^[\w$]+\.java$/.test(file)) return this.#withoutFile(name, line);
    const folded = GO_CLOSURES.test(name);
    const own = qualifiedName(name, file);
    const inPackage = packageOf(file);
    if (inPackage) return of(`${inPackage.path}:${own}`, { origin: 'third-party', package: inPackage.name }, folded);
    const path = this.#mapper.toRepository(file);
    if (path !== undefined) return this.#inRepository(path, own, line, folded);
    const isRuntime =
      RUNTIME_FILE.test(file) || RUNTIME_NAME.test(name) || (file.endsWith('.go') && isGoStandard(name));
    if (isRuntime) return of(`${file}:${own}`, { origin: 'runtime' }, folded);
    return { ...of(`${file}:${own}`, { origin: 'third-party' }, folded), unmappedFile: file };
  }

  #inRepository(path: string, own: string, line: number, folded: boolean): NamedFrame {
    const found = this.#symbols.inFile(path, own, line);
    if (!found) return of(`${path}:${own}`, { origin: 'first-party' }, folded, found === undefined);
    return of(found.symbol.id, { origin: 'first-party' }, folded || found.folded);
  }

  #withoutFile(reported: string, frameLine: number): NamedFrame {
    // async-profiler marks how a frame ran: JIT, inlined, interpreted, native; and may add the line.
    const [, plain = '', line = frameLine] = /^(.*?)(?::(\d+))?(?:_\[[ji01]\])?$/s.exec(reported) ?? [];
    // Each class that the virtual machine makes of a lambda has a number or an address of its own.
    const name = plain.replace(/(\$\$Lambda)[^.]*(?:\.0x[\da-f]+(?:\/0x[\da-f]+)?)?(?=\.)/, '$1');
    const dotted = /^[\w$]+(?:\/[\w$]+)+\.[\w$<>]+$/.test(name) ? name.replaceAll('/', '.') : name;
    const isOurs = this.#firstParty.some(
      (prefix) => dotted === prefix || dotted.startsWith(prefix.replace(/\.?$/, '.')),
    );
    const mapped = (location: string): string | undefined => this.#mapper.toRepository(location);
    if (isOurs || mapped(name.slice(0, name.lastIndexOf('.'))) !== undefined) {
      const found = this.#symbols.ofJava(name, Number(line), mapped);
      if (found) return of(found.symbol.id, { origin: 'first-party' }, found.folded);
    }
    if (isOurs) return of(dotted, { origin: 'first-party' }, false, false);
    return of(dotted, { origin: RUNTIME_NAME.test(dotted) ? 'runtime' : 'third-party' }, false);
  }
}

function packageOf(file: string): { name: string; path: string } | undefined {
  const python = PYTHON_PACKAGES.exec(file);
  if (python) return { name: python[2]!, path: `site-packages/${python[1]}` };
  const node = NODE_PACKAGE.exec(file);
  if (node) return { name: node[1]!, path: file.slice(file.lastIndexOf('node_modules/')) };
  const module = GO_MODULE.exec(file);
  if (module) return { name: module[1]!, path: file.slice(module.index + module[0].indexOf(module[1]!)) };
  const vendored = GO_VENDOR.exec(file);
  return vendored ? { name: vendored[1]!, path: file.slice(file.lastIndexOf('vendor/')) } : undefined;
}

/** Import paths of the standard library have no dot before their first slash, unlike those of modules. */
function isGoStandard(name: string): boolean {
  const first = name.includes('/') ? name.slice(0, name.indexOf('/')) : name.slice(0, name.indexOf('.'));
  return first !== '' && first !== 'main' && !first.includes('.');
}

/** Go: `example.com/till/sum.(*Register).Total.func1` → `Register.Total`. Other names stay. */
function qualifiedName(name: string, file: string): string {
  if (!file.endsWith('.go')) return name;
  const generic = withoutBrackets(name);
  const local = generic.slice(generic.lastIndexOf('/') + 1);
  const afterPackage = local.slice(local.indexOf('.') + 1);
  return afterPackage
    .replace(/\(\*?([^)]+)\)/g, '$1')
    .replace(GO_CLOSURES, '')
    .replace(/-fm$/, '');
}

/** A closure, what `go` and `defer` make of a call, and the body of a loop over a function. */
const GO_CLOSURES = /(?:(?:\.(?:func|gowrap|deferwrap)|-range)\d+(?:\.\d+)*)+$/;

/** A name without type arguments, which may have some of their own. */
function withoutBrackets(name: string): string {
  let depth = 0;
  let text = '';
  for (const char of name) {
    if (char === '[') depth += 1;
    else if (char === ']') depth -= 1;
    else if (depth === 0) text += char;
  }
  return text;
}

// Names can hold anything: an identity is one line of bounded length.
function of(
  text: string,
  rest: Pick<StackFrame, 'origin' | 'package'>,
  folded: boolean,
  resolved: boolean = true,
): NamedFrame {
  const line = text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '');
  const id = line.length > MAX_ID_LENGTH ? `${line.slice(0, MAX_ID_LENGTH - 1)}…` : line;
  return { frame: { id, ...rest, resolved }, folded };
}
