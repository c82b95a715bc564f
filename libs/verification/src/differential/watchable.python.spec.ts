import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DifferentialRecord } from '../evidence/evidence.schema.js';
import { pythonRecording, type PythonRecording } from '../testing/python.recording.js';
import { compareBehaviour } from './behaviour.comparison.js';
import type { RunRecords } from './behaviour.records.js';
import { watchPlan } from './watched.files.js';

jest.setTimeout(120_000);

let recording: PythonRecording;

beforeAll(async () => {
  recording = await pythonRecording();
});
afterAll(() => recording.close());

const recorded = (base: string, main: string): Promise<RunRecords> => recording.record({ base, main });
const compared = (base: string, head: string, main: string, allowed: string[] = []): Promise<DifferentialRecord> =>
  recording.compare({ base, head, main }, allowed);

function resultsOf(records: RunRecords, name: string): string[] {
  const cases = [...(records.calls.get(`shop/till.py:${name}`)?.values() ?? [])];
  return cases
    .flatMap((each) => [...each.outer.keys(), ...each.inner.keys()].map((key) => [each.args, records.results.get(key)]))
    .map((words) => words.join(' → '))
    .sort();
}

const TILL = `import asyncio
import functools
import logging
from dataclasses import dataclass

log = logging.getLogger(__name__)
key = lambda row: row["id"]


@dataclass
class Line:
    name: str
    price: float


class Till:
    __slots__ = ("lines",)

    def __init__(self):
        self.lines = []

    def add(self, line, *, times=1):
        self.lines += [line] * times
        log.info("added %s", line.name)
        return len(self.lines)

    @property
    def total(self):
        def price(line):
            return line.price
        return sum(price(line) for line in self.lines)

    @staticmethod
    def parse(text):
        name, price = text.split("=")
        return Line(name, float(price))

    @classmethod
    def named(cls, name):
        return {name, cls.__name__}

    def each(self):
        for line in self.lines:
            sent = yield line.name
            if sent:
                return sent


def sort(rows):
    rows.sort(key=key)


@functools.lru_cache(maxsize=None)
def square(number):
    return number * number


async def later(value):
    await asyncio.sleep(0)
    return value


async def stream():
    yield 1
`;

const MAIN = `import asyncio, logging
from shop.till import Till, later, sort, square, stream
logging.basicConfig(level="INFO")
till = Till()
till.add(Till.parse("tea=2.5"), times=2)
assert till.total == 5.0
assert Till.named("x") == {"x", "Till"}
assert list(till.each()) == ["tea", "tea"]
walk = till.each(); next(walk)
try: walk.send("end")
except StopIteration as stop: assert stop.value == "end"
rows = [{"id": 2}, {"id": 1}]; sort(rows); assert rows[0]["id"] == 1
assert square(3) == square(3) == 9 and square.cache_info().hits == 1
assert asyncio.run(later("x")) == "x"
try: Till.parse("broken")
except ValueError: pass
async def first():
    async for each in stream(): return each
assert asyncio.run(first()) == 1
`;

describe('the recorder for Python', () => {
  it('records what functions, methods, nested functions, generators, coroutines and lambdas return, mutate and throw', async () => {
    const records = await recorded(TILL, MAIN);
    const results = (name: string): string[] => resultsOf(records, name);

    expect(results('Till.add')).toEqual(['[shop.till.Line{name:"tea",price:2.5,},{"times":2,},] → returns 2']);
    expect(results('Till.total')).toEqual(['[] → returns 5.0']);
    expect(results('Till.total.price')).toEqual(['[shop.till.Line{name:"tea",price:2.5,},] → returns 2.5']);
    expect(results('Till.parse')).toEqual([
      expect.stringMatching(/^\["broken",\] → throws ValueError\["not enough values to unpack/),
      '["tea=2.5",] → returns shop.till.Line{name:"tea",price:2.5,}',
    ]);
    expect(results('Till.named')).toEqual(['["x",] → returns set("Till","x")']);
    expect(results('Till.each')).toHaveLength(2);
    expect(results('sort')).toEqual([
      '[[{"id":2,},{"id":1,},],] → returns None and arguments [[{"id":1,},{"id":2,},],]',
    ]);
    expect(results('key')).toHaveLength(2);
    expect(results('square')).toEqual(['[3,] → returns 9']);
    expect([...records.calls.get('shop/till.py:square')!.values()][0]!.outer.values().next().value).toBe(2);
    expect(results('later')).toEqual(['["x",] → resolves to "x"']);
    expect([...records.logs]).toEqual([['info\nshop.till: added tea', 1]]);
    expect(records.unreadable).toBe(0);
  });

  it('tells what cannot be recorded, and leaves type stubs and constructors alone', () => {
    const more = `${TILL}
@overload
def pick(x: int) -> int: ...
def pick(x): return x
`;
    const plan = watchPlan([
      {
        path: 'a.py',
        oldPath: 'a.py',
        base: more,
        head: more.replace('yield 1', 'yield 2').replace('= []', '= list()'),
      },
    ]);

    expect(plan.uncovered).toEqual([{ function: 'a.py:stream', why: 'it is an asynchronous generator' }]);
    expect(plan.changed).toEqual([]);
    expect(plan.functions).toContain('a.py:pick~2');
    expect(plan.functions).not.toContain('a.py:Till.__init__');
  });

  it('leaves functions alone that share a line', () => {
    const base = 'one = lambda x: x; two = lambda x: -x\n';
    const plan = watchPlan([{ path: 'a.py', oldPath: 'a.py', base, head: base.replace('-x', '0 - x') }]);

    expect(plan.uncovered).toEqual([{ function: 'a.py:two', why: 'another is defined on the same line' }]);
    expect(plan.functions).toEqual([]);
  });

  it('finds no difference where a patch changes none, and masks what the base itself varies', async () => {
    const base = `import os, time
def least(xs):
    return sorted(xs)[0]
def stamp(x):
    return os.urandom(4)
def when():
    return [time.time(), object()]
`;
    const head = base.replace('sorted(xs)[0]', 'min(xs)');
    const main = 'from shop.till import *\nleast([3, 1, 2]); least(("b", "a")); stamp(1); when()\n';
    const record = await compared(base, head, main);

    expect(record).toMatchObject({ differences: [], untested: [] });
    expect(record.functions.find(({ changed }) => changed)).toMatchObject({ id: 'shop/till.py:least', compared: 2 });
    expect(record.masks).toEqual([expect.stringContaining('shop/till.py:stamp')]);
  });

  it.each([
    ['another value', 'sorted(xs)[0]', 'max(xs)', 'with arguments [[2,1,],] the base returns 1, the patch returns 2.'],
    ['another exception', 'sorted(xs)[0]', 'min(xs)', 'the patch throws ValueError'],
    ['a mutated argument', 'sorted(xs)[0]', '(xs.sort(), xs[0])[1]', 'returns 1 and arguments [[1,2,],]'],
  ])('finds %s', async (_what, from, to, message) => {
    const base = 'def least(xs):\n    return sorted(xs)[0]\n';
    const main = 'from shop.till import least\nleast([2, 1])\ntry: least([])\nexcept Exception: pass\n';
    const { differences } = await compared(base, base.replace(from, to), main);

    expect(differences.map((each) => each.message).join('\n')).toContain(message);
  });

  it('compares log records by level, and allows those that a skill may lose', async () => {
    const base = `import logging
log = logging.getLogger("till")
def sell(x):
    log.debug("selling", extra={"row": x})
    log.warning("sold %s", x)
    print("done")
    return x
`;
    const main = 'import logging\nlogging.basicConfig(level="DEBUG")\nfrom shop.till import sell\nsell(1); sell(2)\n';
    const [quieter, silent] = [/\n {4}log\.debug.*/, /\n {4}(?:log\.warning|print).*/g].map((each) =>
      base.replace(each, ''),
    );
    const allowed = ['fewer-log-records:debug'];

    expect(await compared(base, quieter!, main, allowed)).toMatchObject({
      differences: [],
      logRecords: { removed: { debug: 2 } },
    });
    const { differences } = await compared(base, silent!, main, allowed);
    expect(differences.map(({ subject }) => subject)).toEqual([
      'warn log record',
      'info log record',
      'warn log record',
    ]);
  });

  it('sees log records of levels that the tests do not enable, from info on', async () => {
    const base = `import logging
log = logging.getLogger("till")
def sell(x):
    log.debug("d")
    log.info("sold %s", x, extra={"row": 1})
    logging.LoggerAdapter(log, {}).info("adapted %s", x)
    log.warning("w")
    if log.isEnabledFor(logging.INFO): raise ValueError
`;
    const { logs } = await recorded(base, 'from shop.till import sell\nsell(1)\n');

    expect([...logs.keys()]).toEqual(['info\ntill: sold 1 {"row":1,}', 'info\ntill: adapted 1', 'warn\ntill: w']);
  });

  it('sees calls of unittest, of a module, of forked processes and of those that end at once', async () => {
    const base = 'def twice(x):\n    return 2 * x\n';
    const main = `import os, runpy, subprocess, sys, unittest
from multiprocessing import get_context
from shop.till import twice
class Case(unittest.TestCase):
    def test(self): self.assertEqual(twice(1), 2)
if __name__ == "__main__":
    assert unittest.main(exit=False).result.wasSuccessful()
    with get_context("fork").Pool(1) as pool: assert pool.map(twice, [2]) == [4]
    subprocess.run([sys.executable, "-c", "from shop.till import twice; import os; twice(3); os._exit(0)"], check=True)
`;

    expect(resultsOf(await recorded(base, main), 'twice')).toEqual([
      '[1,] → returns 2',
      '[2,] → returns 4',
      '[3,] → returns 6',
    ]);
  });
});

describe('a Go or Java file', () => {
  it('is not recorded, and that is said of the functions that changed', () => {
    const base = 'package till\nfunc Sum(x int) int { return x + 0 }\nfunc Same() {}\n';
    const plan = watchPlan([{ path: 'till.go', oldPath: 'till.go', base, head: base.replace(' + 0', '') }]);

    const nothing = {
      calls: new Map(),
      results: new Map(),
      logs: new Map(),
      incomparable: new Map(),
      overflown: new Set<string>(),
      unreadable: 0,
    };
    const runs = { base: nothing, baseAgain: nothing, head: nothing };
    const { untested, functions } = compareBehaviour({ plan, ...runs, allowedEffects: [] });

    expect(functions).toEqual([]);
    expect(untested).toEqual([
      { function: 'till.go:Sum', why: 'calls are recorded in JavaScript, TypeScript and Python only' },
    ]);
  });
});
