import { describe, expect, it } from '@jest/globals';
import { applyWithGit, patchOf, runModule, runSkill } from '../testing/playbook.fixtures.js';
import type { PlaybookResult } from './playbook.js';

async function outcome(text: string, subject = 'f', path = 'src/a.ts'): Promise<PlaybookResult> {
  return runSkill('regex-precompile', { [path]: text }, { subject: `${path}:${subject}` });
}

async function rewritten(text: string, subject = 'f', path = 'src/a.ts'): Promise<string> {
  return (await applyWithGit({ [path]: text }, patchOf(await outcome(text, subject, path)).patch))[path]!;
}

describe('regex precompilation', () => {
  it('keeps the text of a construction and names the constant after its variable', async () => {
    const head = await rewritten(
      "function f(s) {\n  const skuRegex = new RegExp('\\\\d+',   'i')\n  return skuRegex.test(s)\n}\n",
    );

    expect(head).toBe(
      "const SKU_PATTERN = new RegExp('\\\\d+',   'i')\n\nfunction f(s) {\n  const skuRegex = SKU_PATTERN\n  return skuRegex.test(s)\n}\n",
    );
  });

  it('leaves a mark of UTF-8 in front', async () => {
    const text = "\uFEFFfunction f(s) {\n  return new RegExp('a').test(s);\n}\n";

    expect(await rewritten(text)).toMatch(/^\uFEFFconst F_PATTERN = .*\n\nfunction f/);
  });

  it('leaves files alone whose bytes are no text of UTF-8', async () => {
    const text = "// caf\uFFFD\nfunction f(s) {\n  return new RegExp('a').test(s);\n}\n";

    expect(await outcome(text)).toMatchObject({ outcome: 'abstain', reason: 'source-unreadable' });
  });

  it('shares a constant between equal patterns with equal flags only', async () => {
    const text =
      "function f(s) {\n  return new RegExp('a', 'im').test(s) || RegExp(\"a\", 'mi').test(s) || new RegExp('a').test(s);\n}\n";

    const head = await rewritten(text);

    expect(head).toContain('return F_PATTERN.test(s) || F_PATTERN.test(s) || F_PATTERN_2.test(s);');
  });

  it.each([
    ['exec', "new RegExp('a').exec(s)"],
    ['match', "s.match(new RegExp('a'))"],
    ['replace with a function', "s.replace(new RegExp('a'), (all) => all + all)"],
    ['search', "s.search((new RegExp('a')))"],
    ['split', "s.split(new RegExp('a'), 2)"],
    ['optional calls', "s?.match(new RegExp('a'))"],
    ['source', "new RegExp('a').source"],
    ['a template', 'new RegExp(`a`, "u").test(s)'],
  ])('moves a construction used by %s', async (_name, expression) => {
    expect(await rewritten(`export function f(s: string): unknown {\n  return ${expression};\n}\n`)).toContain(
      'F_PATTERN',
    );
  });

  it.each([
    ['is returned', 'return new RegExp("a")'],
    ['is stored', 'this.x = new RegExp("a")'],
    ['is compared', 'const p = new RegExp("a"); return p === s'],
    ['is passed on', 'g(new RegExp("a"))'],
    ['is put into an array', 'return [new RegExp("a")].some((p) => p.test(s))'],
    ['is compiled anew', 'const p = new RegExp("a"); p.compile("b"); return p.test(s)'],
    ['gets a property', 'const p = new RegExp("a"); p.x = 1; return p.test(s)'],
    ['has its lastIndex read', 'const p = new RegExp("a"); return p.lastIndex'],
    ['is exchanged', 'let p = new RegExp("a"); if (s) p = /b/; return p.test(s)'],
    ['is hidden by a name inside', 'const p = new RegExp("a"); return (p) => p.test(s)'],
    ['is a shorthand property', 'const p = new RegExp("a"); return { p }'],
    ['is the replacement', 'return s.replace("b", new RegExp("a"))'],
    ['is chosen', 'return (s ? new RegExp("a") : /b/).test(s)'],
    ['has its method taken', 'return new RegExp("a").test'],
  ])('leaves an object that %s', async (_name, body) => {
    expect(await outcome(`function f(s) {\n  ${body};\n}\n`)).toMatchObject({
      outcome: 'abstain',
      reason: 'regex-escapes',
    });
  });

  it.each([
    ['state in lastIndex', "new RegExp('a', 'gi').test(s)", 'stateful-flags'],
    ['sticky matching', "s.match(new RegExp('a', 'y'))", 'stateful-flags'],
    ['an invalid pattern', "new RegExp('[').test(s)", 'invalid-pattern'],
    ['invalid flags', "new RegExp('a', 'ii').test(s)", 'invalid-pattern'],
    ['an octal escape', "new RegExp('\\1').test(s)", 'pattern-not-literal'],
    ['a pattern from a variable', 'new RegExp(s).test(s)', 'no-literal-construction'],
    ['flags from a variable', "new RegExp('a', s).test(s)", 'no-literal-construction'],
    ['a literal', '/a/.test(s)', 'no-literal-construction'],
  ])('leaves %s', async (_name, expression, reason) => {
    expect(await outcome(`function f(s) {\n  return ${expression};\n}\n`)).toMatchObject({
      outcome: 'abstain',
      reason,
    });
  });

  it.each(["import { RegExp } from 're2';", 'RegExp = Other;', 'function g(RegExp) {}'])(
    'leaves a file with a RegExp of its own: %s',
    async (line) => {
      const text = `${line}\nfunction f(s) {\n  return new RegExp('a').test(s);\n}\n`;

      expect(await outcome(text, 'f', 'src/a.js')).toMatchObject({ outcome: 'abstain', reason: 'regexp-shadowed' });
    },
  );

  it('moves the good ones and leaves the others', async () => {
    const text = "function f(s) {\n  return new RegExp('a').test(s) || new RegExp('a', 'g').test(s);\n}\n";

    const result = patchOf(await outcome(text));

    expect((await applyWithGit({ 'src/a.ts': text }, result.patch))['src/a.ts']).toContain(
      "return F_PATTERN.test(s) || new RegExp('a', 'g').test(s);",
    );
    expect(result.facts.map((fact) => fact.text).join(' ')).toContain('stateful-flags');
  });

  it('changes functions that the subject calls only as long as there are few places', async () => {
    const callee = "function g(s) {\n  return new RegExp('z').test(s);\n}\n";
    const few = await rewritten(`function f(s) {\n  return new RegExp('a').test(s) && g(s);\n}\n${callee}`);
    const many = await rewritten(
      `function f(s) {\n${'abcdefghij'
        .split('')
        .map((c) => `  if (new RegExp('${c}').test(s)) return g(s);\n`)
        .join('')}}\n${callee}`,
    );

    expect(few).toContain('G_PATTERN.test(s)');
    expect(many).toContain(callee);
    expect(many.match(/^const F_PATTERN/gm)).toHaveLength(8);
    expect(many.match(/if \(new RegExp/g)).toHaveLength(2);
  });

  it('leaves functions that the subject does not call', async () => {
    const other = "function other(s) {\n  return new RegExp('a').test(s);\n}\n";

    expect(await rewritten(`${other}function f(s) {\n  return new RegExp('a').test(s);\n}\n`)).toContain(
      other.slice(other.indexOf('{')),
    );
  });

  it('abstains on a subject that is not there, and on code of a module', async () => {
    expect(await outcome('function f() {}\n', 'g')).toMatchObject({ outcome: 'abstain', reason: 'subject-not-found' });
    expect(await outcome('new RegExp("a").test("a");\n', '<module>')).toMatchObject({ reason: 'not-in-function' });
    expect(await runSkill('regex-precompile', {}, { subject: 'src/a.ts:f' })).toMatchObject({
      reason: 'subject-not-found',
    });
  });

  it('reads escapes as JavaScript does: the moved construction matches the same texts', async () => {
    const literals = [
      '"\\x41\\u0042\\u{43}"',
      "'\\\\u0041|\\\\.'",
      "'a\\\nb'",
      '"\\0"',
      "'\\d'",
      '`\\n\n`',
      "'é😀'",
      "'\\''",
    ];
    const tests = literals.map((literal) => `new RegExp(${literal}).test(s)`);
    const texts = JSON.stringify(['ABC', 'A', 'ab', '.', '\0', 'd', '5', '\n\n', 'é😀', "'", '']);
    const text = `export function f(s) {\n  return [${tests.join(', ')}];\n}\nexport const run = () => ${texts}.map((s) => f(s));\n`;

    const head = await rewritten(text, 'f', 'a.mjs');
    const [before, after] = await Promise.all([text, head].map((code) => runModule({ 'a.mjs': code }, 'a.mjs', 1)));

    expect(head.match(/F_PATTERN(?:_\d)?\.test/g)).toHaveLength(literals.length);
    expect(after!.returned).toEqual(before!.returned);
  });
});
