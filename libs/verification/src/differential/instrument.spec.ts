import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@headroom/platform';
import { createSandbox, type Sandbox } from '@headroom/workspace';
import type { RunRecords } from './behaviour.records.js';
import { TargetCommands } from '../target.commands.js';
import { runInstrumented } from './differential.run.js';
import { instrument, watchable } from './instrument.js';

jest.setTimeout(60_000);

let dir: string;
let sandbox: Sandbox;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  sandbox = await createSandbox({ mode: 'required' });
});
afterAll(async () => {
  await sandbox.close();
  await rm(dir, { recursive: true, force: true });
});

const SETTINGS = configSchema.parse({ version: 1, services: {} }).verification;
const SERVICE = { test: ['node'], policy: { maxFiles: 1, maxChangedLines: 1, protect: [] } };

/** Instruments every function of a file that can be, and runs `main` against it. */
async function recorded(
  file: string,
  source: string,
  main: string,
  mainFile = 'main.mjs',
): Promise<{ records: RunRecords; output: string }> {
  const target = await mkdtemp(join(dir, 'target-'));
  const { covered } = watchable(source, file);
  await writeFile(
    join(target, file),
    instrument(source, file, covered, (name) => name),
  );
  await writeFile(join(target, mainFile), main);
  const { result, records } = await runInstrumented({
    target: new TargetCommands({ sandbox, service: SERVICE, verification: SETTINGS }),
    dir: target,
    toolDir: join(dir, 'tools'),
    command: ['node', mainFile],
    timeoutMs: 30_000,
  });
  if (result.exitCode !== 0) throw new Error(result.stderr.text);
  return { records, output: result.stdout.text };
}

function resultsOf(records: RunRecords, id: string): string[] {
  const cases = [...(records.calls.get(id)?.values() ?? [])];
  return cases
    .flatMap((each) => [...each.outer.keys(), ...each.inner.keys()])
    .map((digest) => records.results.get(digest) ?? '')
    .sort();
}

describe('instrument', () => {
  it('tells apart what differs only far inside, and says of what it cannot', async () => {
    const source = `export const last = (n) => [...Array(5000).keys(), n];
export const inner = (n) => { let leaf = n; for (let at = 0; at < 30; at++) leaf = { leaf }; return leaf; };
export const each = (n) => [n].values();
export const large = (n) => [...Array(100_000).keys(), n];
export const named = (n) => { const add = (x) => x + n; return add; };
export const unnamed = (n) => n === 1 ? (x) => x : (x) => -x;
`;
    const all =
      'for (const name of ["last", "inner", "each", "large", "named", "unnamed"]) for (const n of [1, 2]) file[name](n);';
    const { records } = await recorded('file.mjs', source, `import * as file from './file.mjs'; ${all}`);
    const differing = (id: string): number =>
      new Set([...records.calls.get(id)!.values()].flatMap(({ outer }) => [...outer.keys()])).size;

    expect([differing('last'), differing('inner')]).toEqual([2, 2]);
    expect([...records.incomparable].map(([id, given]) => [id, [...given].map((what) => what.slice(0, 11))])).toEqual([
      ['each', ['an iterator']],
      ['large', ['a value too']],
      ['named', ['a function ']],
      ['unnamed', ['a function ', 'a function ']],
    ]);
  });

  it('keeps every line where it was', () => {
    const source =
      'export function a(x: number) {\n  "use strict";\n  return () => {\n    return x;\n  };\n}\nexport const b = async (y: string) =>\n  y;\n';
    const text = instrument(source, 'a.ts', watchable(source, 'a.ts').covered, (name) => name);

    expect(text.split('\n')).toHaveLength(source.split('\n').length);
    expect(text).toContain('"use strict"; return');
  });

  it('records methods, accessors, arrows, nested and asynchronous functions of TypeScript', async () => {
    const source = `
export class Counter<T> {
  #n = 0;
  private readonly step: number;
  constructor(step: number) { this.step = step; }
  add(this: Counter<T>, by = 1): number { this.#n += by * this.step; return this.#n; }
  get value(): number { return this.#n; }
  static of<U>(step: number): Counter<U> { return new Counter<U>(step); }
  async later<V>(value: V): Promise<V> { const got = await Promise.resolve(value); return got; }
  readonly handle = (x: number): number => this.step + x;
}
export default async function (a: number, { b }: { b: number }): Promise<number> { const r = await Promise.resolve(a + b); return r; }
export const make = (n: number) => ({ twice(): number { return inner(n); }, args() { return arguments.length; } });
function inner(n: number): number { return n * 2; }
export const typed = <T,>(x: T): T => x;
export function fails(): never { throw new RangeError('no'); }
`;
    const { records, output } = await recorded(
      'lib.ts',
      source,
      `import sum, { Counter, fails, make, typed } from './lib.ts';
       const c = Counter.of(2); c.add(); c.add(3);
       const m = make(4);
       try { fails(); } catch (e) { console.log(e instanceof RangeError); }
       console.log(c.value, await c.later('x'), c.handle(1), await sum(1, { b: 2 }), m.twice(), m.args(1, 2), typed(7), typed.name, typed.length, make.name);`,
    );

    expect(output).toBe('true\n8 x 3 3 8 2 7 typed 1 make\n');
    expect(resultsOf(records, 'Counter.add')).toHaveLength(2);
    expect(resultsOf(records, 'Counter.value')).toEqual(['returns 8']);
    expect(resultsOf(records, 'Counter.later')).toEqual(['resolves to "x"']);
    expect(resultsOf(records, 'Counter.handle')).toEqual(['returns 3']);
    expect(resultsOf(records, 'default')).toEqual(['resolves to 3']);
    expect(resultsOf(records, 'make.twice')).toEqual(['returns 8']);
    expect(resultsOf(records, 'fails')).toEqual(['throws RangeError("no")RangeError{}']);
    const [call] = [...records.calls.get('inner')!.values()];
    expect([call!.outer.size, call!.inner.size]).toEqual([0, 1]);
  });

  it('records CommonJS, and leaves alone what it cannot record', async () => {
    const source = `'use strict';
exports.plain = function plain(a) { return a + this.base; };
exports.base = 10;
exports.legacy = function legacy(options) { var options = options || { a: 1 }; return options.a; };
exports.walk = function* walk() { yield 1; };
exports.mutate = (list) => { list.push(1); };
`;
    const { records, output } = await recorded(
      'lib.cjs',
      source,
      `const lib = require('./lib.cjs'); const list = []; lib.mutate(list);
       console.log(lib.plain(1), lib.legacy(), [...lib.walk()].length, list.length);`,
      'main.cjs',
    );

    expect(output).toBe('11 1 1 1\n');
    expect(resultsOf(records, 'plain')).toEqual(['returns 11']);
    expect(resultsOf(records, 'mutate')).toEqual(['returns undefined and arguments [[1,],]']);
    expect(watchable(source, 'lib.cjs').uncovered).toEqual([
      { name: 'legacy', why: 'it declares a parameter again' },
      { name: 'walk', why: 'it is a generator' },
    ]);
  });

  it('takes log records once, with their levels, whichever way they are written', async () => {
    const { records } = await recorded(
      'lib.mjs',
      'export function a() { return 1; }',
      `import { a } from './lib.mjs'; import fs from 'node:fs'; import { writeSync } from 'node:fs'; a();
       console.log('plain %d', 1); console.debug('deep'); console.warn('careful'); console.error(new Error('bad').message);
       process.stdout.write(JSON.stringify({ level: 30, msg: 'pino' }) + '\\n' + JSON.stringify({ level: 'error', msg: 'text' }) + '\\n');
       fs.writeSync(1, 'level=debug msg=logfmt\\n'); writeSync(1, 'bound\\n'); process.stderr.write('[WARN] old\\n'); fs.writeSync(2, 'raw text\\n');`,
    );

    expect([...records.logs.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['debug\ndeep', 1],
      ['debug\nlevel=debug msg=logfmt', 1],
      ['error\nbad', 1],
      ['error\n{"level":"error","msg":"text"}', 1],
      ['info\nplain 1', 1],
      ['info\n{"level":30,"msg":"pino"}', 1],
      ['output\nbound', 1],
      ['output\nraw text', 1],
      ['warn\n[WARN] old', 1],
      ['warn\ncareful', 1],
    ]);
  });

  it.each([
    ['Google Cloud', '{"severity":"INFO","text":"rated"}', 'info'],
    ['Elastic', '{"log.level":"debug","message":"rated"}', 'debug'],
    ['winston', '{"level":"verbose","message":"rated"}', 'debug'],
    ['a time of two words', '2026-01-05 09:00:00,123 INFO rating: rated', 'info'],
    ['Nest', '[Nest] 71  - 01/05/2026, 9:00:00 AM   \u001b[32m  LOG\u001b[39m [Rating] rated', 'info'],
    ['logfmt', 'ts=2026-01-05T09:00:00Z source=rating level=debug msg=rated', 'debug'],
    ['several lines', '[INFO] rated {\n  parcel: 1\n}', 'info'],
    ['a report in words', 'All of the INFO desk was rated', 'output'],
  ])('reads the level of a record of %s', async (_name, text, level) => {
    const main = `import { a } from './lib.mjs'; a(); process.stderr.write(${JSON.stringify(`${text}\n`)});`;
    const { records } = await recorded('lib.mjs', 'export function a() { return 1; }', main);

    expect([...records.logs.keys()].map((key) => key.split('\n', 1)[0])).toEqual(text.split('\n').map(() => level));
  });

  it('never makes less of a warning because of a word in it', async () => {
    const main = `import { a } from './lib.mjs'; a(); console.warn('9 of INFO desk'); console.error('info desk');`;
    const { records } = await recorded('lib.mjs', 'export function a() { return 1; }', main);

    expect([...records.logs.keys()].toSorted()).toEqual(['error\ninfo desk', 'warn\n9 of INFO desk']);
  });

  it('gives equal descriptions for what only a clock or a random id makes different', async () => {
    const source = `export function stamp() { return { at: Date.now(), day: new Date(), iso: new Date().toISOString(), id: crypto.randomUUID(), old: new Date(0) }; }`;
    const main = `import { stamp } from './lib.mjs'; stamp();`;
    const one = await recorded('lib.mjs', source, main);
    const two = await recorded('lib.mjs', source, main);

    expect(resultsOf(one.records, 'stamp')).toEqual(resultsOf(two.records, 'stamp'));
    expect(resultsOf(one.records, 'stamp')[0]).toContain('old:Date(0)');
  });
});
