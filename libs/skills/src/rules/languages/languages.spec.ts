import { describe, expect, it } from '@jest/globals';
import { applyEdits } from '../../syntax/unified.diff.js';
import { parseRule } from '../rule.file.js';
import { rewriteByRules } from '../rules.playbook.js';

/** What a rule makes of a file: its new text, or the reason why it stays. */
async function ruled(rule: string, path: string, source: string, subject: string): Promise<string> {
  const parsed = parseRule(`id: one\nmessage: Found.\n${rule}`, 'one');
  const result = await rewriteByRules(
    { rules: [parsed], dir: '' },
    { subject: `${path}:${subject}`, readFile: () => source },
  );
  return 'outcome' in result ? result.reason : applyEdits(source, result.files[0]!.edits);
}

const PYTHON_SIZE = `
language: Python
rule: { pattern: len($XS), inside: { kind: while_statement, stopBy: end } }
fix: $SIZE
metadata:
  guards:
    - type: { XS: list|dict }
    - unchanged: { names: [XS], in: loop }
    - unshadowed: [len]
  hoist: [{ as: SIZE, name: '$XS size', case: snake, declare: '$SIZE = len($XS)', to: loop }]
`;

const GO_ITOA = `
language: Go
rule: { pattern: { context: 'func f() { fmt.Sprintf("%d", $N) }', selector: call_expression } }
fix: strconv.Itoa($N)
metadata:
  guards: [{ type: { N: int } }]
  imports: [{ module: strconv }, { module: fmt, action: drop }]
`;

const JAVA_PATTERN = `
language: Java
rule: { pattern: Pattern.compile($P) }
fix: $CONST
metadata:
  guards: [{ literal: [P] }]
  hoist:
    - { as: CONST, name: '$FUNCTION pattern', case: upper, declare: 'private static final Pattern $CONST = Pattern.compile($P);', to: class }
`;

const python = (body: string, head = 'def run(xs: list[str], m):') =>
  `${head}\n    i = 0\n    while i < len(xs):\n        i += 1\n        ${body}\n    return i\n`;

describe('rules of Python', () => {
  it('put what does not change before the loop', async () => {
    expect(await ruled(PYTHON_SIZE, 'a.py', python('print(xs[i])'), 'run')).toBe(
      'def run(xs: list[str], m):\n    i = 0\n    xs_size = len(xs)\n    while i < xs_size:\n        i += 1\n        print(xs[i])\n    return i\n',
    );
  });

  it.each([
    ['xs = []', 'changed-meanwhile'],
    ['xs[0] = 1', 'changed-meanwhile'],
    ['del xs[0]', 'changed-meanwhile'],
    ['xs += [1]', 'changed-meanwhile'],
    ['xs.append(1)', 'changed-meanwhile'],
    ['grow(xs)', 'changed-meanwhile'],
    ['ys = xs', 'changed-meanwhile'],
    ['m.all = [xs]', 'changed-meanwhile'],
    ['for xs in m: pass', 'changed-meanwhile'],
    ['len = m', 'name-shadowed'],
  ])('leave it after %s', async (statement, reason) => {
    const named = python(statement).replace('xs: list[str]', 'xs: list[str], n');

    expect([reason, 'type-unknown']).toContain(await ruled(PYTHON_SIZE, 'a.py', named, 'run'));
  });

  it('take a type from a literal and from no guess', async () => {
    const local = python('pass', 'def run(m):').replace('i = 0', 'i, xs = 0, m');

    expect(await ruled(PYTHON_SIZE, 'a.py', local, 'run')).toBe('type-unknown');
    expect(await ruled(PYTHON_SIZE, 'a.py', python('pass', 'def run(xs):'), 'run')).toBe('type-unknown');
    expect(
      await ruled(PYTHON_SIZE, 'a.py', python('pass', 'def run(m):').replace('i = 0', 'xs = {}; i = 0'), 'run'),
    ).toMatch('xs_size');
  });
});

describe('rules of Go', () => {
  const file = (head: string, body: string) =>
    `package a\n\n${head}\n\nfunc Key(n int, big int64) string {\n\t${body}\n}\n`;

  it.each([
    ['import "fmt"', 'return fmt.Sprintf("%d", n)', 'import "strconv"'],
    ['import (\n\t"fmt"\n)', 'return fmt.Sprintf("%d", n)', 'import (\n\t"strconv"\n)'],
    ['import (\n\t"fmt"\n\n\t"x/y"\n)', 'y.Do(); return fmt.Sprintf("%d", n)', 'import (\n\t"strconv"\n\n\t"x/y"\n)'],
    ['import (\n\t"fmt"\n)', 'fmt.Println(); return fmt.Sprintf("%d", n)', 'import (\n\t"fmt"\n\t"strconv"\n)'],
    ['import (\n\t"fmt"\n\t"strconv"\n)', 'return fmt.Sprintf("%d", n)', 'import (\n\t"strconv"\n)'],
  ])('keep the imports of %j right', async (before, body, after) => {
    const expected = file(after, body.replace(/fmt\.Sprintf\("%d", n\)/, 'strconv.Itoa(n)'));

    expect(await ruled(GO_ITOA, 'a.go', file(before, body), 'Key')).toBe(expected);
  });

  it('import a package before the variables that use it', async () => {
    const rule = `
language: Go
rule: { pattern: { context: 'func f() { double($N) }', selector: call_expression } }
fix: $TWO
metadata:
  hoist: [{ as: TWO, name: two, declare: var $TWO = strconv.Itoa($N), to: module }]
  imports: [{ module: strconv }]
`;

    expect(await ruled(rule, 'a.go', file('import "fmt"', 'return fmt.Sprint(double(2))'), 'Key')).toMatch(
      /^package a\n\nimport "fmt"\nimport "strconv"\n\nvar two = strconv\.Itoa\(2\)\n/,
    );
  });

  it('know a type only where it is written', async () => {
    expect(await ruled(GO_ITOA, 'a.go', file('import "fmt"', 'return fmt.Sprintf("%d", big)'), 'Key')).toBe(
      'type-unknown',
    );
    expect(await ruled(GO_ITOA, 'a.go', file('import "fmt"', 'return fmt.Sprintf("%d", other())'), 'Key')).toBe(
      'type-unknown',
    );
  });
});

describe('rules of JavaScript', () => {
  const rule = `
language: TypeScript
rule: { pattern: $FS.readFileSync($PATH) }
fix: $FS.read($PATH)
metadata: { guards: [{ imported: { FS: 'node:fs' } }] }
`;

  it.each([
    ["import fs from 'node:fs';", 'fs', 'read'],
    ["import * as files from 'node:fs';", 'files', 'read'],
    ["import { fs } from 'node:fs';", 'fs', 'not-that-module'],
    ["import fs from 'node:fs';\nconst run2 = (fs) => fs;", 'fs', 'not-that-module'],
    ["import fs from './own.js';", 'fs', 'not-that-module'],
  ])('know a module by %j', async (head, name, expected) => {
    const source = `${head}\nfunction run(p) {\n  return ${name}.readFileSync(p);\n}\n`;

    const result = await ruled(rule, 'a.js', source, 'run');

    expect(result).toMatch(expected === 'read' ? `return ${name}.read(p);` : /^not-that-module$/);
  });
});

describe('rules of Java', () => {
  it('put a constant into the class around, one for equal ones', async () => {
    const source =
      'class A {\n  boolean is(String s) {\n    Pattern p = Pattern.compile("a");\n    return p.matcher(s).find() || Pattern.compile("a").matcher(s).find();\n  }\n}\n';

    expect(await ruled(JAVA_PATTERN, 'A.java', source, 'A.is')).toBe(
      'class A {\n  private static final Pattern IS_PATTERN = Pattern.compile("a");\n\n  boolean is(String s) {\n    Pattern p = IS_PATTERN;\n    return p.matcher(s).find() || IS_PATTERN.matcher(s).find();\n  }\n}\n',
    );
  });

  it('have no declarations outside a class', () => {
    expect(() =>
      parseRule(`id: one\nmessage: Found.\n${JAVA_PATTERN.replace('to: class', 'to: module')}`, 'one'),
    ).toThrow(/write to: class/);
  });
});
