import { describe, expect, it } from '@jest/globals';
import { readProfile, type ReadProfileOptions } from './read.profile.js';

/** Ids of the frames of one stack, root first, as `frame;frame` of collapsed stacks gives it. */
async function ids(
  stack: string,
  files: Readonly<Record<string, string>>,
  options: Partial<ReadProfileOptions> = {},
): Promise<string[]> {
  const { stacks } = await readProfile(new TextEncoder().encode(`${stack} 1\n`), {
    pathMap: { '/app': '' },
    fetchSource: async (path) => files[path],
    ...options,
  });
  return [...stacks.stacks][0]!.frames.map((frame) => stacks.frames[frame]!.id);
}

const PYTHON = `import functools

def outer(rows):
    def key(row):
        return row["id"]
    return sorted([row for row in rows], key=key)

class Register:
    def total(self):
        return sum(map(lambda line: line.price, self.lines))

    @functools.cached_property
    def size(self):
        return 1

class Till(Register):
    def total(self):
        return 2

main = 1
`;

describe('frames of Python', () => {
  it.each([
    ['a bare name by its line', 'total (/app/till.py:17)', ['till.py:Till.total']],
    ['a name with its class', 'Register.total (/app/till.py:10)', ['till.py:Register.total']],
    ['a method that the class inherits', 'Till.total (/app/till.py:10)', ['till.py:Register.total']],
    ['a full name', 'outer.<locals>.key (/app/till.py:5)', ['till.py:outer.key']],
    ['a nested function by its line', 'key (/app/till.py:5)', ['till.py:outer.key']],
    ['a name without a line, where it is the only one', 'size (/app/till.py)', ['till.py:Register.size']],
    ['a line of a decorator', 'size (/app/till.py:12)', ['till.py:Register.size']],
    ['code of a module', '<module> (/app/till.py:19)', ['till.py:<module>']],
    ['code of a class', 'Till (/app/till.py:15)', ['till.py:Till']],
    ['a file at another commit', 'gone (/app/till.py:99)', ['till.py:gone']],
    ['a file that cannot be read', 'total (/app/other.py:1)', ['other.py:total']],
  ])('are found by %s', async (_how, stack, expected) => {
    expect(await ids(stack, { 'till.py': PYTHON })).toEqual(expected);
  });

  it('fold comprehensions and lambdas into the function around them', async () => {
    const stack =
      'outer (/app/till.py:6);<listcomp> (/app/till.py:6);total (/app/till.py:10);<lambda> (/app/till.py:10)';

    expect(await ids(stack, { 'till.py': PYTHON })).toEqual(['till.py:outer', 'till.py:Register.total']);
  });

  it('are not resolved where two functions have the name and no line tells which', async () => {
    const { stacks } = await readProfile(new TextEncoder().encode('total (/app/till.py) 1\n'), {
      pathMap: { '/app': '' },
      fetchSource: async () => PYTHON,
    });

    expect(stacks.frames[0]).toMatchObject({ id: 'till.py:total', resolved: false });
  });
});

describe('frames of Go', () => {
  const go = `package till

var clean = func(s string) string { return s }

func init() { first() }
func init() { second() }

func (r *Register[T]) Total(n int) int {
	return n
}
`;

  it.each([
    ['example.com/till.(*Register[go.shape.int]).Total (/app/till.go:9)', 'till.go:Register.Total'],
    ['example.com/till.(*Register[...]).Total.func2.1 (/app/till.go:9)', 'till.go:Register.Total'],
    ['example.com/till.(*Register[go.shape.map[string][]int]).Total (/app/till.go:9)', 'till.go:Register.Total'],
    ['example.com/till.(*Register[...]).Total.gowrap1 (/app/till.go:9)', 'till.go:Register.Total'],
    ['example.com/till.(*Register[...]).Total.func1.deferwrap2 (/app/till.go)', 'till.go:Register.Total'],
    ['example.com/till.(*Register[...]).Total-range1 (/app/till.go)', 'till.go:Register.Total'],
    ['example.com/till.init.1 (/app/till.go:6)', 'till.go:init~2'],
    ['example.com/till.glob..func1 (/app/till.go:3)', 'till.go:clean'],
  ])('%s are found', async (stack, expected) => {
    expect(await ids(stack, { 'till.go': go })).toEqual([expected]);
  });
});

describe('frames of Java', () => {
  const file = 'src/main/java/com/example/Till.java';
  const java = `package com.example;
class Till {
  static int size = load();
  Till() { }
  int total(int a) { return Stream.of(1).map(x -> x + a).count(); }
  int total() { return new Task() { int go() { return 1; } }.go(); }
  void sell() { class Local { void run() { } } }
  static class Line { int price() { return 1; } }
}
`;
  const options = { pathMap: {}, firstParty: ['com.example'] };

  it.each([
    ['com/example/Till.total_[j]', 'total'],
    ['com.example.Till.total', 'total'],
    ['com/example/Till.total:6_[i]', 'total~2'],
    ['com/example/Till.<init>', '<init>'],
    ['com/example/Till.<clinit>', ''],
    ['com/example/Till$Line.price_[0]', 'Line.price'],
    ['com/example/Till$1Local.run', 'sell.Local.run'],
    ['com/example/Till.lambda$total$0', 'total'],
    ['com/example/Till$$Lambda$14.0x00007f8a.apply', ''],
    ['com/example/Till$1.go:6', 'total~2'],
    ['com.example.Till.total (Till.java:6)', 'total~2'],
  ])('%s are found in the file of their class', async (stack, name) => {
    expect(await ids(stack, { [file]: java }, options)).toEqual([`${file}:Till${name === '' ? '' : `.${name}`}`]);
  });

  it('are found where the path map says that their package lies', async () => {
    const pathMap = { 'com/example': 'server/java' };

    expect(await ids('com/example/Till.sell', { 'server/java/Till.java': java }, { pathMap })).toEqual([
      'server/java/Till.java:Till.sell',
    ]);
  });

  it('keep their name where no file is found, and a lambda is a part of its method', async () => {
    const stack = 'java/lang/Thread.run;com/example/Other.run;com/example/Till.total;com/example/Till.lambda$total$0';

    expect(await ids(stack, { [file]: java }, options)).toEqual([
      'java.lang.Thread.run',
      'com.example.Other.run',
      `${file}:Till.total`,
    ]);
  });
});
