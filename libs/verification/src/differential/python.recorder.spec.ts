import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pythonRecording, type PythonRecording } from '../testing/python.recording.js';

jest.setTimeout(180_000);

let recording: PythonRecording;

beforeAll(async () => {
  recording = await pythonRecording();
});
afterAll(() => recording.close());

const MADE_OF = `import array, collections, datetime, io, itertools, types
class Slotted:
    __slots__ = ("__hidden",)
    def __init__(self, value): self.__hidden = value
class Ordered(collections.OrderedDict): pass
class Word(str):
    def __new__(cls, text, tag):
        word = str.__new__(cls, text)
        word.tag = tag
        return word
class Frozen(datetime.datetime): pass
class Boxed(bytes):
    def __bytes__(self): raise RuntimeError
class Queue(collections.deque): pass
def nested(depth, leaf):
    for _ in range(depth): leaf = {"next": leaf}
    return leaf
def moved(*keys):
    ordered = collections.OrderedDict.fromkeys("abc")
    for key in keys: ordered.move_to_end(key)
    return ordered
class Odd:
    __hash__ = None
    def __init__(self, value): self.value = value
    def __eq__(self, other): raise RuntimeError("no comparing")
    def __getattribute__(self, name): raise RuntimeError("no reading")
    def __repr__(self): raise RuntimeError("no showing")
    __str__ = __repr__
def failed(path):
    try: open(path)
    except OSError as error: return error
`;

/** What one side returns, and the other. */
const DIFFERENT: readonly (readonly [string, string, string])[] = [
  ['the end of a long list', 'list(range(100_000))', 'list(range(99_999)) + [0]'],
  ['the end of a long list of objects', '[[1]] * 3000 + [[1]]', '[[1]] * 3000 + [[2]]'],
  ['the end of a long text', '"x" * 50_000 + "a"', '"x" * 50_000 + "b"'],
  ['entries of a big mapping', 'dict.fromkeys(range(5000), 1)', '{**dict.fromkeys(range(5000), 1), 4999: 2}'],
  ['members of a big set', 'set(map(str, range(5000)))', 'set(map(str, range(1, 5001)))'],
  ['what is nested deeply', 'nested(30, 1)', 'nested(30, 2)'],
  ['integers too long for decimals', '10 ** 5000', '10 ** 5000 + 1'],
  ['not a number and a number', 'float("nan")', '0.0'],
  ['zeros', '0.0', '-0.0'],
  ['true and one', 'True', '1'],
  ['an array of C', 'array.array("i", [1])', 'array.array("i", [2])'],
  ['views', '{1: 2}.keys()', '{2: 2}.keys()'],
  ['read-only mappings', 'types.MappingProxyType({1: 2})', 'types.MappingProxyType({1: 3})'],
  ['streams', 'io.StringIO("a")', 'io.StringIO("b")'],
  ['ends of subclasses', 'Queue([1])', 'Queue([2])'],
  ['iterators', 'iter([1, 2])', 'iter([1, 3])'],
  ['mapped items', 'map(str, [1])', 'map(str, [2])'],
  ['slots with hidden names', 'Slotted(1)', 'Slotted(2)'],
  ['an order that was changed', 'moved("a")', 'moved("b")'],
  ['attributes of texts', 'Word("a", 1)', 'Word("a", 2)'],
  ['dates of other classes', 'Frozen(2001, 1, 1)', 'Frozen(2001, 1, 2)'],
  ['the first dates', 'datetime.datetime.min', 'datetime.datetime(1, 1, 2)'],
  ['bytes with code of their own', 'Boxed(b"a")', 'Boxed(b"b")'],
  ['objects that let nobody read them', 'Odd(1)', 'Odd(2)'],
  ['paths in errors', 'failed("/missing/a")', 'failed("/missing/b")'],
  ['what such functions hold', '(lambda n: lambda: n)(1)', '(lambda n: lambda: n)(2)'],
  ['classes of one name', 'type("A", (), {"__module__": "a"})()', 'type("A", (), {"__module__": "b"})()'],
];

const INCOMPARABLE: readonly (readonly [string, string, string])[] = [
  ['a generator', '(x for x in [1])', '(x for x in [2])'],
  ['a coroutine', 'later(1)', 'later(2)'],
  ['a function', 'lambda x: x + 1', 'lambda x: x - 1'],
  ['a value too large to compare', '[[x] for x in range(30_000)]', '[[x] for x in range(1, 30_001)]'],
  ['a value nested too deeply to compare', 'nested(80, 1)', 'nested(80, 2)'],
  ['a value of itertools.count', 'itertools.count(1)', 'itertools.count(2)'],
];

/** Python that has a function for each of these. */
function functionsOf(table: typeof DIFFERENT, side: 1 | 2): string {
  const functions = table.map((row, at) => `def made_${at}():\n    return ${row[side]}\n`);
  return `${MADE_OF}\nasync def later(x): return x\n${functions.join('')}`;
}

const CALL_ALL = `import shop.till
for name in [each for each in vars(shop.till) if each.startswith("made_")]:
    made = getattr(shop.till, name)()
    getattr(type(made), "close", str)(made) if name == "made_1" else None
`;

describe('the recorder for Python tells apart', () => {
  it('values that differ only somewhere', async () => {
    const [base, head] = [functionsOf(DIFFERENT, 1), functionsOf(DIFFERENT, 2)];
    const { differences, masks, untested } = await recording.compare({ base, head, main: CALL_ALL });

    const named = differences.map(({ subject }) => DIFFERENT[Number(subject.split('_')[1])]?.[0]);
    expect(named).toEqual(DIFFERENT.map(([what]) => what));
    expect({ masks, untested }).toEqual({ masks: [], untested: [] });
  });

  it('or says of which it cannot', async () => {
    const [base, head] = [functionsOf(INCOMPARABLE, 1), functionsOf(INCOMPARABLE, 2)];
    const { untested } = await recording.compare({ base, head, main: CALL_ALL });

    expect(untested.map(({ why }) => why)).toEqual(
      INCOMPARABLE.map(([what]) => `it gives ${what}, which cannot be compared`),
    );
  });

  it('items of a long generator, how it ends, and what it does when it is closed', async () => {
    const base = `def each(n):
    try:
        for x in range(n): yield x
        return "end"
    finally:
        if n == 7: raise KeyError(n)
`;
    const main = `from shop.till import each
list(each(3000))
try: walk = each(7); next(walk); walk.close()
except KeyError: pass
`;
    const differ = async (from: string, to: string): Promise<string[]> =>
      (await recording.compare({ base, head: base.replace(from, to), main })).differences.map((each) => each.of);

    expect(await differ('yield x', 'yield x if x < 2999 else 0')).toEqual(['return']);
    expect(await differ('"end"', '"END"')).toEqual(['return']);
    expect(await differ('KeyError(n)', 'KeyError(n + 1)')).toEqual(['return']);
  });

  it('functions by their calls where they have a name, and lets them be where their text is the same', async () => {
    const base = `def adder(n):
    def add(x): return x + n
    return add
def keyed(rows):
    return sorted(rows), lambda row: row[0]
`;
    const main = 'from shop.till import adder, keyed\nadder(2)(3)\nkeyed([[2], [1]])\n';
    const head = (from: string, to: string) => recording.compare({ base, head: base.replace(from, to), main });

    expect(await head('x + n', 'n + x')).toMatchObject({ differences: [], untested: [] });
    expect((await head('x + n', 'x - n')).differences).toMatchObject([{ subject: 'shop/till.py:adder.add' }]);
    expect(await head('sorted(rows)', 'sorted(list(rows))')).toMatchObject({ differences: [], untested: [] });
  });

  it('finds equal what only shares parts otherwise', async () => {
    const base = `from decimal import Decimal\ndef made():\n    one = (Decimal(1),)\n    return [one, one]\n`;
    const head = base.replace('[one, one]', '[one, (Decimal(1),)]');

    expect((await recording.compare({ base, head, main: 'import shop.till as t\nt.made()\n' })).differences).toEqual(
      [],
    );
  });
});

/** Programs that a recorder could disturb: each fails where it is not left alone. */
const PROGRAMS: readonly (readonly [string, string, string])[] = [
  [
    'replaces functions of the standard library',
    'def twice(x): return 2 * x',
    `import datetime, hashlib, json, os, time
from unittest import mock
from shop.till import twice
for name in ("json.dumps", "os.open", "os.write", "os.getpid", "hashlib.sha1", "time.time", "time.monotonic_ns"):
    with mock.patch(name) as patched:
        assert twice(2) == 4
        patched.assert_not_called()
class Frozen(datetime.datetime): pass
with mock.patch("datetime.datetime", Frozen): assert twice(Frozen(2001, 1, 1).year) == 4002`,
  ],
  [
    'recurses up to the limit, and sets it',
    'def down(n): return 0 if n == 0 else 1 + down(n - 1)',
    `import sys
from shop.till import down
assert sys.getrecursionlimit() == 1000 and down(900) == 900
try: down(100_000)
except RecursionError: pass
else: raise SystemExit("no limit")
sys.setrecursionlimit(4000); assert sys.getrecursionlimit() == 4000 and down(3800) == 3800`,
  ],
  [
    'calls from finalizers, signals, threads and forks',
    'def twice(x): return 2 * x',
    `import gc, os, signal, threading
from shop.till import twice
class Loud:
    def __init__(self): self.self = self
    def __del__(self): twice(1)
signal.signal(signal.SIGALRM, lambda *_: twice(3)); signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
gc.set_threshold(1)
done = threading.Event()
def work():
    while not done.is_set(): twice([Loud()] and 2)
thread = threading.Thread(target=work); thread.start()
for _ in range(20):
    child = os.fork()
    if child == 0: twice(4); os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
done.set(); thread.join(); signal.setitimer(signal.ITIMER_REAL, 0)`,
  ],
  [
    'closes files that it has not opened',
    'def twice(x): return 2 * x',
    `import os
from shop.till import twice
twice(1); os.closerange(3, 256)
with open("/tmp/own", "w") as own: twice(2); own.write("mine")
assert open("/tmp/own").read() == "mine"`,
  ],
  [
    'has objects that let nobody read, compare, show or measure them',
    `${MADE_OF}
class Sly:
    @property
    def __class__(self): raise RuntimeError("no asking")
def same(*values): return values`,
    `import logging, sys
from shop.till import Odd, Sly, same
assert len(same(Odd(1), Sly())) == 2
logging.getLogger("x").info("%s", Odd(1))
logging.getLogger("x").info(Odd(1), Odd(2))
class Sink(Odd):
    def __init__(self): pass
    write = flush = None
try: print("x", file=Sink())
except RuntimeError as error: assert str(error) == "no reading"`,
  ],
  [
    'counts how often its values are shown',
    'def same(x): return x',
    `import logging
from shop.till import same
class Counted:
    shown = 0
    def __str__(self): Counted.shown += 1; return "x"
logging.getLogger("x").info("%s", same(Counted())); assert Counted.shown == 0
print(Counted()); assert Counted.shown == 1
class Console: out = print
Console().out("y")`,
  ],
  [
    'has many objects that know each other',
    `class Node:
    def __init__(self): self.others = set()
def same(x): return x`,
    `from shop.till import Node, same
nodes = [Node() for _ in range(30)]
for node in nodes: node.others.update(nodes)
for _ in range(3): same(nodes[0])`,
  ],
  [
    'uses caches of its own with methods of their own',
    `class memoize:
    def __init__(self, target): self.target, self.known = target, {}
    def __call__(self, x): return self.known.setdefault(x, self.target(x))
    def forget(self): self.known.clear()
@memoize
def twice(x): return 2 * x`,
    'from shop.till import twice\nassert twice(2) == 4\ntwice.forget()\nassert not twice.known',
  ],
  [
    'is a namespace package with relative imports, and is run as a module',
    `from .parts.sizes import SIZE
def twice(x): return SIZE * x
if __name__ == "__main__": assert twice(2) == 4`,
    'import runpy, shop.till\nassert shop.till.twice(3) == 6\nrunpy.run_module("shop.till", run_name="__main__")',
  ],
];

describe('the recorder for Python leaves a program alone that', () => {
  it.each(PROGRAMS)('%s', async (_what, base, main) => {
    const records = await recording.record({ base: `${base}\n`, main, files: { 'shop/parts/sizes.py': 'SIZE = 2\n' } });

    expect(records.unreadable).toBe(0);
    expect(records.calls.size).toBeGreaterThan(0);
  });

  it('is killed: what it did before is known', async () => {
    const base = 'def twice(x):\n    return 2 * x\n';
    const main = `import os, signal, subprocess, sys
code = "from shop.till import twice; import os, signal; twice(3); os.kill(os.getpid(), signal.SIGKILL)"
assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
`;
    const { calls } = await recording.record({ base, main });

    expect([...(calls.get('shop/till.py:twice')?.values() ?? [])]).toMatchObject([{ args: '[3,]' }]);
  });
});
