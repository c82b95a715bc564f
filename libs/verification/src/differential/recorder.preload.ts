/**
 * Loaded into every Node.js process of an instrumented test run, before anything else. Stands alone: it is copied to where the
 * run can read it. Writes what instrumented functions returned and what was logged to the folder `records` beside itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { format, stripVTControlCharacters, types } from 'node:util';
import { threadId } from 'node:worker_threads';

type Body = () => unknown;
type Recorder = (id: string, args: ArrayLike<unknown>, body: Body, itsConsole?: object) => unknown;
type Wrapper = (
  id: string,
  target: (...args: unknown[]) => unknown,
  itsConsole?: object,
) => (...args: unknown[]) => unknown;

const [MAX_TEXT, MAX_DEPTH] = [200_000, 40];
const MAX_CALLS_PER_FUNCTION = 20_000;
const MAX_LOG_RECORDS = 100_000;
const FLUSH_BYTES = 32_768;
/** A number or date this near to now is a clock reading, milliseconds. */
const CLOCK_RANGE_MS = 86_400_000;

const self = fileURLToPath(import.meta.url);
const file = `${self.slice(0, self.lastIndexOf('/'))}/records/${process.pid}-${threadId}-${process.hrtime.bigint()}.jsonl`;
const [write, open] = [fs.writeSync.bind(fs), fs.openSync.bind(fs)];

let buffer = '';
let descriptor: number | undefined;
function flush(): void {
  if (buffer === '') return;
  descriptor ??= open(file, 'a');
  write(descriptor, buffer);
  buffer = '';
}

function emit(record: object): void {
  buffer += `${JSON.stringify(record)}\n`;
  if (buffer.length > FLUSH_BYTES) flush();
}

function maskText(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>')
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, (found) =>
      isNow(Date.parse(found)) ? '<time>' : found,
    )
    .replace(/\b1\d{12}\b/g, (found) => (isNow(Number(found)) ? '<time>' : found));
}

const isNow = (milliseconds: number): boolean => Math.abs(milliseconds - Date.now()) < CLOCK_RANGE_MS;

function isLogger(value: object): boolean {
  const names = ['debug', 'info', 'warn', 'error'];
  return names.filter((name) => typeof methodOf(value, name) === 'function').length >= 3;
}

function methodOf(value: object, name: string | symbol): unknown {
  for (let at: object | null = value, depth = 0; at && depth < 5; at = Object.getPrototypeOf(at) as object, depth++) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property) return property.value;
  }
  return undefined;
}

const className = (value: object): string => {
  const constructor = methodOf(value, 'constructor');
  return typeof constructor === 'function' ? constructor.name : '';
};

const ITERATOR = /^(?:(?:\w+ )*Iterator(?: Helper)?|(?:Async)?Generator)$/;
/** A text that is equal for equal values, without running code of the target. */
class Description {
  #text = '';
  #lacks: string | undefined;
  #functions = '';
  readonly #seen = new Map<object, number>();

  /** The text, and what in the value cannot be compared. */
  static of(value: unknown): { text: string; lacks: string | undefined } {
    const description = new Description();
    try {
      description.#add(value, 0);
    } catch {
      return { text: '[cannot be described]', lacks: 'a value that cannot be described' };
    }
    const given = description.#functions === '' ? undefined : `a function ${digest(description.#functions)}`;
    return { text: description.#text, lacks: description.#lacks ?? given };
  }

  #add(value: unknown, depth: number): void {
    if (this.#text.length > MAX_TEXT) this.#lacks = 'a value too large to compare';
    else if (typeof value === 'string') this.#text += JSON.stringify(maskText(value));
    else if (typeof value === 'number') this.#text += numberText(value);
    else if (typeof value === 'bigint') this.#text += `${value}n`;
    else if (typeof value === 'symbol') this.#text += value.toString();
    else if (typeof value === 'function') this.#addFunction(Function.prototype.toString.call(value));
    else if (typeof value === 'object' && value !== null) this.#addObject(value, depth);
    else this.#text += String(value);
  }

  /** Calls of one that is recorded tell what it does; of another only its own text does, which says when it is the same. */
  #addFunction(source: string): void {
    this.#text += '[function]';
    if (!source.includes('headroomRecord')) this.#functions += source;
  }

  #addObject(value: object, depth: number): void {
    const known = this.#seen.get(value);
    if (known !== undefined) {
      this.#text += `[same as ${known}]`;
      return;
    }
    this.#seen.set(value, this.#seen.size);
    if (types.isProxy(value)) this.#text += '[proxy]';
    else if (depth > MAX_DEPTH) this.#lacks = 'a value nested too deeply to compare';
    else if (ITERATOR.test(String(methodOf(value, Symbol.toStringTag)))) this.#lacks = 'an iterator';
    else if (types.isDate(value)) this.#text += isNow(value.getTime()) ? '<time>' : `Date(${value.getTime()})`;
    else if (types.isRegExp(value)) this.#text += `RegExp(${value.source},${value.flags})`;
    else if (types.isNativeError(value)) this.#addError(value, depth);
    else if (types.isPromise(value)) this.#text += '[promise]';
    else if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) this.#addBytes(value);
    else if (types.isMap(value)) this.#addList('Map', [...value], depth);
    else if (types.isSet(value)) this.#addList('Set', [...value], depth);
    else if (Array.isArray(value)) this.#addList('', value, depth);
    else if (value instanceof EventEmitter || isLogger(value)) this.#text += `[${className(value)}]`;
    else this.#addProperties(value, depth);
  }

  #addError(error: Error, depth: number): void {
    this.#text += `${error.name}(${JSON.stringify(maskText(error.message))})`;
    this.#addProperties(error, depth);
  }

  #addBytes(value: ArrayBufferLike | ArrayBufferView): void {
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    this.#text += `${className(value)}(${createHash('sha1').update(bytes).digest('hex')})`;
  }

  #addList(name: string, items: readonly unknown[], depth: number): void {
    this.#text += `${name}[`;
    for (const item of items) {
      this.#add(item, depth + 1);
      this.#text += ',';
      if (this.#text.length > 2 * MAX_TEXT) break;
    }
    this.#text += ']';
  }

  #addProperties(value: object, depth: number): void {
    const name = className(value);
    this.#text += name === 'Object' ? '{' : `${name}{`;
    const properties = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(
      ([key, each]) => each.enumerable && key !== 'stack',
    );
    for (const [key, property] of properties) {
      this.#text += `${key}:`;
      if ('value' in property) this.#add(property.value, depth + 1);
      else this.#text += '[accessor]';
      this.#text += ',';
      if (this.#text.length > 2 * MAX_TEXT) break;
    }
    this.#text += '}';
  }
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return value > 1e12 && isNow(value) ? '<time>' : String(value);
}

const digest = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 16);

const scope = new AsyncLocalStorage<{ active: boolean }>();
const counts = new Map<string, number>();
const shown = new Set<string>();

const record: Recorder = (id, args, body, itsConsole) => {
  interceptConsole(itsConsole);
  const count = (counts.get(id) ?? 0) + 1;
  counts.set(id, count);
  if (count > MAX_CALLS_PER_FUNCTION) {
    if (count === MAX_CALLS_PER_FUNCTION + 1) emit({ t: 'over', f: id });
    return body();
  }
  const list = Array.from(args);
  const before = Description.of(list).text;
  const outer = scope.getStore()?.active !== true;
  const state = { active: true };
  const ended = (how: string, value: unknown): void => {
    state.active = false;
    const after = Description.of(list).text;
    const { text, lacks } = Description.of(value);
    const result = `${how} ${text}${after === before ? '' : ` and arguments ${after}`}`;
    emitCall(id, before, result, { o: outer, ...(lacks === undefined ? {} : { w: lacks }) });
  };
  let result: unknown;
  try {
    result = scope.run(state, body);
  } catch (error) {
    ended('throws', error);
    throw error;
  }
  if (types.isPromise(result)) {
    result.then(
      (value) => ended('resolves to', value),
      (error: unknown) => ended('rejects with', error),
    );
  } else ended('returns', result);
  return result;
};

function emitCall(id: string, args: string, result: string, facts: { o: boolean; w?: string }): void {
  const [k, r] = [digest(args), digest(result)];
  const key = `${id} ${k} ${r}`;
  const first = !shown.has(key) && shown.size < 5000;
  if (first) shown.add(key);
  emit({ t: 'call', f: id, k, r, ...facts, ...(first ? { p: [args.slice(0, 160), result.slice(0, 160)] } : {}) });
}

const wrap: Wrapper = (id, target, itsConsole) => {
  const wrapped = (...args: unknown[]): unknown => record(id, args, () => target(...args), itsConsole);
  Object.defineProperty(wrapped, 'name', {
    value: id.slice(id.lastIndexOf('.') + 1).replace(/^.*:/, ''),
    configurable: true,
  });
  Object.defineProperty(wrapped, 'length', { value: target.length, configurable: true });
  return wrapped;
};

// Properties of `process`: test runners that give each file a global object of its own still share these.
Object.defineProperty(process, 'headroomRecord', { value: record, configurable: true });
Object.defineProperty(process, 'headroomWrap', { value: wrap, configurable: true });

const RUNNERS =
  /[\\/]node_modules[\\/](?:@jest|jest[\w-]*|mocha|@vitest|vitest|ava|tap|@tapjs|uvu|tape|jasmine[\w-]*|c8|nyc|npm|pnpm|yarn|corepack)[\\/]/;

/** Whether the target's own code is what writes: reports of a test runner are not log records. */
function isTarget(): boolean {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const stack = String(new Error('where').stack).split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const caller = stack.find(
    (line) =>
      !line.includes('node:') &&
      !line.includes(self) &&
      !line.endsWith('<anonymous>)') &&
      !line.endsWith(' <anonymous>'),
  );
  return caller !== undefined && !RUNNERS.test(caller);
}

/** What common loggers call their levels, as numbers (pino, bunyan) and words (winston, Nest, syslog). */
const LEVELS: Readonly<Record<string, string>> = {
  '10': 'trace',
  '20': 'debug',
  '30': 'info',
  '40': 'warn',
  '50': 'error',
  '60': 'fatal',
  silly: 'trace',
  verbose: 'debug',
  log: 'info',
  warning: 'warn',
  err: 'error',
  critical: 'fatal',
};

const BELOW_WARNING: ReadonlySet<string> = new Set(['trace', 'debug', 'info']);

/** Fields of structured records that hold the level (pino and winston, Google Cloud, Elastic, others). */
const LEVEL_FIELDS = ['level', 'severity', 'log.level', 'lvl', 'levelname', 'loglevel'];

/** Begins with the level, or with one word and the level. */
const LEADING_LEVEL = /^(?:\S+\s+)?\W?(?:level=)?(silly|trace|verbose|debug|info|warn|warning|error|fatal)\b/i;
/** Has it later: as a field of logfmt, or in capitals behind a time, as in `2026-01-05 09:00:00,000 INFO rating: …`. */
const LATER_LEVEL =
  /^.{0,200}?\s(?:level|lvl|severity)="?(\w+)|^\D{0,20}\d.{0,60}?[\s[](SILLY|TRACE|VERBOSE|DEBUG|INFO|LOG|WARN|WARNING|ERROR|FATAL)\b/;

function namedLevel(level: string | number): string {
  const name = String(level).toLowerCase();
  return LEVELS[name] ?? (typeof level === 'number' ? `level ${level}` : name);
}

function levelOf(line: string, fallback: string): string {
  if (line.startsWith('{')) {
    try {
      const fields = JSON.parse(line) as Record<string, unknown>;
      const level = LEVEL_FIELDS.map((name) => fields[name]).find((value) => value !== undefined);
      if (typeof level === 'string' || typeof level === 'number') return namedLevel(level);
    } catch {
      return fallback;
    }
  }
  const plain = stripVTControlCharacters(line);
  const later = LATER_LEVEL.exec(plain);
  const named = LEADING_LEVEL.exec(plain)?.[1] ?? later?.[1] ?? later?.[2];
  // A word of the text never makes less of what was written as a warning or an error.
  if (named === undefined || fallback === 'error') return fallback;
  const level = namedLevel(named);
  return fallback === 'warn' && BELOW_WARNING.has(level) ? fallback : level;
}

let logged = 0;

function emitLog(text: string, fallback: string): void {
  let level = fallback;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    // Further lines of a record that was written as a whole are indented, or close what it opened.
    level = levelOf(line, /^[\s})\]]/.test(line) ? level : fallback);
    if (++logged > MAX_LOG_RECORDS) {
      if (logged === MAX_LOG_RECORDS + 1) emit({ t: 'over', f: 'log records' });
      return;
    }
    const content = maskText(line)
      .replace(/:\d+:\d+(?=\)|$|\s)/g, ':<place>')
      .replace(/"pid":\d+/g, '"pid":<pid>')
      .replace(/"hostname":"[^"]*"/g, '"hostname":<host>');
    const short = content.length > 4000 ? `${content.slice(0, 400)} ${digest(content)}` : content;
    emit({ t: 'log', l: level, c: short });
  }
}

/** Set while a record is being written, so that the layers below it do not count it again. */
let writing = false;

function outermost<Result>(text: () => string | undefined, fallback: string, body: () => Result): Result {
  if (writing) return body();
  writing = true;
  try {
    const found = isTarget() ? text() : undefined;
    if (found !== undefined) emitLog(found, fallback);
    return body();
  } finally {
    writing = false;
  }
}

const textOf = (chunk: unknown): string | undefined =>
  chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : typeof chunk === 'string' ? chunk : undefined;

type Method = (...args: unknown[]) => unknown;

function intercept(target: object, name: string, around: (args: unknown[], call: () => unknown) => unknown): void {
  const original = Reflect.get(target, name) as Method;
  const replaced = function (this: unknown, ...args: unknown[]): unknown {
    return around(args, () => original.apply(this, args));
  };
  Object.defineProperty(replaced, 'name', { value: name });
  Reflect.set(target, name, replaced);
}

/** Package managers only start the tests; what they print is not the target's. */
const isPackageManager = /(?:^|[\\/])(?:npm|npx|pnpm|yarn)(?:-cli)?(?:\.[cm]?js)?$/.test(process.argv[1] ?? '');

const CONSOLE_LEVELS = {
  log: 'info',
  info: 'info',
  debug: 'debug',
  warn: 'warn',
  error: 'error',
  trace: 'trace',
} as const satisfies Record<string, string>;

const intercepted = new WeakSet<object>();

/** A test runner may give each file a console of its own; the functions under watch hand theirs in. */
function interceptConsole(target: object | undefined): void {
  if (target === undefined || isPackageManager || intercepted.has(target)) return;
  intercepted.add(target);
  for (const [name, level] of Object.entries(CONSOLE_LEVELS)) {
    if (typeof Reflect.get(target, name) !== 'function') continue;
    intercept(target, name, (args, call) => outermost(() => format(...args), level, call));
  }
}

function interceptOutput(): void {
  interceptConsole(console);
  for (const stream of [process.stdout, process.stderr]) {
    intercept(stream, 'write', (args, call) => outermost(() => textOf(args[0]), 'output', call));
  }
  for (const name of ['write', 'writeSync']) {
    intercept(fs, name, ([fd, chunk], call) =>
      fd === 1 || fd === 2 ? outermost(() => textOf(chunk), 'output', call) : call(),
    );
  }
  syncBuiltinESMExports();
}

if (!isPackageManager) interceptOutput();
process.on('exit', flush);
