import { describe, expect, it } from '@jest/globals';
import { applyWithGit, COMMIT, patchOf, runSkill } from '../testing/playbook.fixtures.js';
import { linesWrittenBy, type PlaybookInput } from './playbook.js';

type Options = Partial<Omit<PlaybookInput, 'readFile'>> & { written?: string[] };

async function rewritten(path: string, text: string, options: Options = {}): Promise<string> {
  const result = await runSkill(
    'log-sampling',
    { [path]: text },
    { subject: `${path}:f`, written: ['hot'], ...options },
  );
  return (await applyWithGit({ [path]: text }, patchOf(result).patch))[path]!;
}

async function outcome(path: string, text: string, options: Options = {}) {
  return runSkill('log-sampling', { [path]: text }, { subject: `${path}:f`, written: ['hot'], ...options });
}

const GUARD = '(fLogCount = (fLogCount + 1) % 100) === 1';

describe('log sampling', () => {
  it('keeps CRLF line endings, tabs, and a file without a last line break', async () => {
    const text = 'export function f() {\r\n\tlog.info("hot");\r\n}';

    const head = await rewritten('src/a.js', text);

    expect(head).toBe(
      '// Counts one info record of f: 1 in 100 is written, the first included.\r\nlet fLogCount = 0;\r\n\r\n' +
        `export function f() {\r\n\tif (${GUARD}) {\r\n\t\tlog.info("hot");\r\n\t}\r\n}`,
    );
  });

  it('writes no semicolons where the file has none, and leaves one that guards the next line', async () => {
    const text =
      "import { log } from './log.js'\n\nexport function f(xs) {\n  log.info('hot')\n  ;[1].forEach((x) => log.debug('hot', x))\n}\n";

    const head = await rewritten('src/a.js', text);

    expect(head).toContain('let fLogCount = 0\n');
    expect(head).toContain(`  if (${GUARD}) {\n    log.info('hot')\n  }\n  ;[1].forEach((x) => {\n`);
    expect(head).toContain("      log.debug('hot', x)\n    }\n  })\n");
  });

  it('keeps a statement on its line where it shares the line', async () => {
    const head = await rewritten('src/a.js', "function f(a) { a(); log.info('hot'); return a }\n");

    expect(head).toContain(`function f(a) { a(); if (${GUARD}) { log.info('hot'); } return a }`);
  });

  it('puts the counter behind directives, licence, imports and requires, and before everything else', async () => {
    const head =
      "#!/usr/bin/env node\n// SPDX-License-Identifier: MIT\n'use strict';\nconst a = require('a');\n// about b\nconst { b } = require('b');\n";
    const rest = "\n/** About f. */\nfunction f() {\n  console.log('hot');\n}\n";

    const result = await rewritten('src/a.cjs', head + rest);

    expect(result.startsWith(`${head}\n// Counts one info record of f`)).toBe(true);
    expect(result).toContain('let fLogCount = 0;\n\n/** About f. */');
  });

  it('finds a name for the counter that nothing in the file has', async () => {
    const text = "let fLogCount = 1;\nfunction f(fLogCount2) {\n  log.info('hot', fLogCount, fLogCount2);\n}\n";

    expect(await rewritten('src/a.js', text)).toContain('(fLogCount3 = (fLogCount3 + 1) % 100) === 1');
  });

  it('does not give an else to the wrong if', async () => {
    const text =
      "export function f(a, b) {\n  if (a)\n    if (b) log.info('hot', a);\n    else a.c();\n  else if (b) log.debug('hot', b);\n  else b.d();\n}\n";

    const head = await rewritten('src/a.js', text);

    expect(head).toContain(
      `    if (b) {\n      if (${GUARD}) {\n        log.info('hot', a);\n      }\n    } else a.c();\n  else if (b) {\n`,
    );
    expect(head).toContain("      log.debug('hot', b);\n    }\n  } else b.d();\n");
  });

  it.each([
    ["x.y && log.info('hot')", `x.y && ${GUARD} && log.info('hot')`],
    ["x.y && void log.info('hot')", `x.y && ${GUARD} && void log.info('hot')`],
    ["void (x.y && log.info('hot'))", `void (x.y && ${GUARD} && log.info('hot'))`],
    ["x.forEach((y) => y && log.info('hot'))", `x.forEach((y) => y && ${GUARD} && log.info('hot'))`],
  ])('guards the operand of && that logs: %s', async (before, after) => {
    expect(await rewritten('src/a.js', `function f(x) {\n  ${before};\n}\n`)).toContain(`  ${after};\n`);
  });

  it('leaves the content of templates alone when it indents', async () => {
    const text = 'function f(a) {\n  log.info(`hot\n  ${a}\n  end`, {\n    a,\n  });\n}\n';

    expect(await rewritten('src/a.js', text)).toContain(
      '    log.info(`hot\n  ${a}\n  end`, {\n      a,\n    });\n  }\n',
    );
  });

  it('moves a comment that speaks about the next line, and one behind the call', async () => {
    const text =
      "function f(a: number) {\n  // why\n  // @ts-expect-error: a number\n  log.info('hot', a.b); // note\n}\n";

    expect(await rewritten('src/a.ts', text)).toContain(
      `  // why\n  if (${GUARD}) {\n    // @ts-expect-error: a number\n    log.info('hot', a.b); // note\n  }\n`,
    );
  });

  it.each([
    ['a member of this', 'this.#log.info("hot", x)'],
    ['a child logger', 'this.logger.child({ a: x }).info("hot")'],
    ['a logger of the request', 'req.log.debug({ x }, "hot")'],
    ['a logger by name', 'getLogger("a").info("hot")'],
    ['optional calls', 'req?.log?.info?.("hot")'],
    ['winston with the level first', 'logger.log("info", "hot", { x })'],
    ['winston with an object', 'logger.log({ level: "debug", message: "hot" })'],
    ['Nest with text first', 'this.logger.log("hot text", x)'],
    ['the console', 'console.info("hot %d", x)'],
    ['the level below debug of winston', 'logger.silly("hot", x)'],
    ['the level below debug of Nest', 'this.logger.verbose("hot", x)'],
    [
      'pure built-ins',
      'log.info("hot", JSON.stringify(x, null, 2), Math.max(1, x), x.map((y) => y.id.toFixed(2)).join(","), Object.keys(x))',
    ],
    [
      'operators and spreads of objects',
      'log.info("hot", { ...x, a: x?.y ?? -1, b: x ? typeof x : !x, [`k${x}`]: x["y"] })',
    ],
    ['replacing with a literal', 'log.info("hot", x.replace(/a/g, "b"))'],
  ])('samples %s', async (_name, call) => {
    const text = `class C {\n  #log = null;\n  f(x, req) {\n    ${call};\n  }\n}\n`;

    const head = await rewritten('src/a.js', text, { subject: 'src/a.js:C.f' });

    expect(head).toContain(`    if (${GUARD}) {\n      ${call};\n    }\n`);
  });

  it.each([
    [
      'a logger by its declaration',
      "const out = rootLogger.child({ a: 1 });\nfunction f(x) {\n  out.info('hot', x);\n}\n",
    ],
    ['a logger by its module', "import { out } from './logging.js';\nfunction f(x) {\n  out.info('hot', x);\n}\n"],
    ['a logger by its type', "function f(out: Logger, x: number) {\n  out.info('hot', x);\n}\n"],
    [
      'a function called as a statement only',
      "function f(x: number) {\n  const out = () => log.info('hot', x);\n  out();\n}\n",
    ],
    ['an arrow function that returns nothing', "export const f = (x: number): void => log.info('hot', x);\n"],
    [
      'a case without braces',
      "function f(x: number) {\n  switch (x) {\n    case 1:\n      log.info('hot', x);\n  }\n}\n",
    ],
    ['an arrow function in parentheses', "function f(x: number[]) {\n  x.forEach((y) => (log.info('hot', y)));\n}\n"],
    ['a discarded result', "export const f = (x: number) => void log.info('hot', x);\n"],
    ['a commented body', "function f(x: number[]) {\n  x.forEach((y) => /* why */ log.info('hot', y));\n}\n"],
    ['a discarded statement', "function f(x: number) {\n  void log.info('hot', x);\n}\n"],
    ['do without braces', "function f(x: number) {\n  do log.info('hot', x);\n  while (x < 0);\n}\n"],
  ])('samples %s', async (_name, text) => {
    expect(await rewritten('src/a.ts', text)).toMatch(
      /if \(\((f|out)LogCount = \(\1LogCount \+ 1\) % 100\) === 1\) \{\n/,
    );
  });

  it.each([
    ['assignment', 'x = 1'],
    ['compound assignment', 'x += 1'],
    ['decrement', 'x--'],
    ['delete', 'delete x.y'],
    ['new', 'new Date()'],
    ['yield', 'yield x'],
    ['a call', 'x.next()'],
    ['a method that changes its array', 'x.sort()'],
    ['a method of a repository', 'x.find(1)'],
    ['a callback with a side effect', 'x.map((y) => y.z++)'],
    ['a callback by name', 'x.map(send)'],
    ['a callback with a default that counts', 'x.map((y, z = x++) => z)'],
    ['a replacer by name', 'JSON.stringify(x, send)'],
    ['a replacement by name', 'x.replace("a", send)'],
    ['a comparison by name', 'x.toSorted(send)'],
    ['a computed key', '{ [x++]: 1 }'],
    ['a substitution', '`${x++}`'],
    ['an import', 'import("y")'],
    ['a getter made on the spot', '{ get y() { return send(); } }'],
    ['a lazy argument with a side effect', '() => send(x)'],
    ['a tagged template', 'tag`a${x}`'],
    ['spreading an iterator', '...x.values()'],
    ['random numbers', 'Math.random()'],
    ['a shadowed built-in', 'String(x)'],
    ['an argument of a child logger', '"", 1'],
  ])('refuses %s in the arguments', async (name, argument) => {
    const logger = name.includes('child') ? 'log.child({ n: x++ })' : 'log';
    const text = `import { String, send, tag } from 'y';\nfunction* f(x) {\n  ${logger}.info('hot', ${argument});\n}\n`;

    expect(await outcome('src/a.js', text)).toMatchObject({ outcome: 'abstain', reason: 'side-effects' });
  });

  it.each([
    ['return', 'return log.info("hot")', 'result-used'],
    ['assignment', 'const y = log.info("hot")', 'result-used'],
    ['await', 'await log.info("hot")', 'result-used'],
    ['a mapped array', 'x.map((y) => log.info("hot", y))', 'result-used'],
    ['a promise chain', 'x.then((y) => log.info("hot", y))', 'result-used'],
    ['a conditional', 'x ? log.info("hot") : x.y()', 'unsupported-position'],
    ['a sequence', 'x.y(), log.info("hot")', 'unsupported-position'],
    ['an alternative', 'x || log.info("hot")', 'unsupported-position'],
    ['a level at run time', 'logger.log(x, "hot")', 'log-level-unclear'],
  ])('refuses a call in %s', async (_name, statement, reason) => {
    const text = `async function f(x) {\n  ${statement};\n}\n`;

    expect(await outcome('src/a.js', text)).toMatchObject({ outcome: 'abstain', reason });
  });

  it.each(['if (++n % 10 === 0)', 'if (Math.random() < 0.1)', 'if (n % 50 === 0)'])(
    'leaves a call alone that %s samples',
    async (condition) => {
      const text = `let n = 0;\nfunction f() {\n  ${condition} {\n    log.info('hot');\n  }\n}\n`;

      expect(await outcome('src/a.js', text)).toMatchObject({ outcome: 'abstain', reason: 'already-sampled' });
    },
  );

  it('abstains without a root cause, and where the change wrote nothing that logs', async () => {
    const text = "function f(x) {\n  log.info('old');\n  return [...x].sort();\n}\n";

    const without = await outcome('src/a.js', text, { written: undefined });
    const other = await outcome('src/a.js', text, { written: ['sort'] });

    expect(without).toMatchObject({ outcome: 'abstain', reason: 'no-root-cause' });
    expect(other).toMatchObject({ outcome: 'abstain', reason: 'no-log-call' });
  });

  it('samples an older call of which the change wrote an argument, but never beside a call that it put there', async () => {
    const old = "  log.info('old', {\n    hot: x,\n  });\n";

    const edited = await rewritten('src/a.js', `function f(x) {\n${old}}\n`);
    const beside = await rewritten('src/a.js', `function f(x) {\n${old}  log.debug('hot');\n}\n`);

    expect(edited).toContain(`if (${GUARD}) {\n    log.info('old'`);
    expect(beside).toContain(old);
    expect(beside).toContain(`if (${GUARD}) {\n    log.debug('hot');`);
  });

  it('follows calls by name into what a file requires', async () => {
    const files = {
      'src/a.cjs': "const { g: told } = require('./b.cjs');\nfunction f(x) {\n  return told(x);\n}\n",
      'src/b.cjs': "function g(x) {\n  log.info('hot');\n  return x;\n}\nmodule.exports = { g };\n",
    };

    const result = patchOf(await runSkill('log-sampling', files, { subject: 'src/a.cjs:f', written: ['hot'] }));

    expect(result.files).toEqual(['src/b.cjs']);
  });

  it('acts in the chain and in callees that grew, in any file, and nowhere else', async () => {
    const files = {
      'src/a.ts':
        "import { g } from './b.ts';\nexport function f() {\n  g();\n}\nfunction other() {\n  log.info('hot');\n}\n",
      'src/b.ts': "export function g() {\n  log.info('hot');\n  h();\n}\nfunction h() {\n  log.info('hot');\n}\n",
      'src/c.ts': "export function c() {\n  log.info('hot');\n}\n",
    };
    const input = { subject: 'src/a.ts:f', written: ['hot'], chain: ['src/c.ts:c', 'src/a.ts:f'] };

    const result = patchOf(
      await runSkill('log-sampling', files, {
        ...input,
        grownCallees: ['src/b.ts:g', 'node:fs:writeSync', '(program)'],
      }),
    );
    const head = await applyWithGit(files, result.patch);

    expect(result.files).toEqual(['src/b.ts', 'src/c.ts']);
    expect(head['src/a.ts']).toBe(files['src/a.ts']);
    expect(head['src/b.ts']).toContain("function h() {\n  log.info('hot');\n}");
    expect(result.allowedEffects).toEqual(['fewer-log-records:trace,debug,info']);
    expect(result.facts.every((fact) => fact.evidence.includes(COMMIT))).toBe(true);
    expect(result.facts.map((fact) => fact.evidence[1])).toEqual(['src/b.ts:2', 'src/c.ts:2']);
  });

  it.each([
    ['a class', "import { scribe } from './notes.js';", 'scribe'],
    ['a class, under another name', "import { scribe as told } from './notes.js';", 'told'],
    ['a class, as the default', "import told from './notes.js';", 'told'],
    ['a class, as a required module', "const told = require('./told.cjs');", 'told'],
    ['a class, required under another name', "const { scribe: told } = require('./told.cjs');", 'told'],
    ['a class, made here', "import { Scribe } from './scribe.js';\nconst told = new Scribe('f');", 'told'],
    ['an object', 'const told = { debug() {}, info() {}, warn: (text: string) => text };', 'told'],
  ])("samples calls on a logger of the repository's own: %s", async (_name, head, receiver) => {
    const files = {
      'src/scribe.ts':
        'export class Scribe {\n  constructor(readonly of: string) {}\n  info(text: string) { console.log(text); }\n  warn(text: string) { console.log(text); }\n  error(text: string) { console.log(text); }\n}\n',
      'src/notes.ts':
        "import { Scribe } from './scribe.js';\nexport const scribe = new Scribe('f');\nexport default scribe;\n",
      'src/told.cjs':
        "const { Scribe } = require('./scribe');\nconst scribe = new Scribe('f');\nmodule.exports = scribe;\n",
      'src/a.ts': `${head}\n\nexport function f(x: number) {\n  ${receiver}.info(\n    'hot',\n  );\n  return x;\n}\n`,
    };

    const result = await runSkill('log-sampling', files, { subject: 'src/a.ts:f', written: [`${receiver}.info`] });
    const after = await applyWithGit(files, patchOf(result).patch);

    expect(after['src/a.ts']).toContain(`  if (${GUARD}) {\n    ${receiver}.info(\n      'hot',\n    );\n  }`);
  });

  it.each([
    [
      'a field with a type',
      'private readonly scribe: Scribe;\n  constructor(scribe: Scribe) { this.scribe = scribe; }',
    ],
    ['a field that holds a new one', "readonly scribe = new Scribe('C');"],
    ['a parameter property', 'constructor(private readonly scribe: Scribe) {}'],
  ])('samples calls on %s of such a logger', async (_name, member) => {
    const scribe =
      'interface Scribe {\n  debug(text: string): void;\n  info(text: string): void;\n  warn(text: string): void;\n}\n';
    const text = `${scribe}\nexport class C {\n  ${member}\n\n  f(x: number) {\n    this.scribe.debug('hot');\n    return x;\n  }\n}\n`;

    const head = await rewritten('src/a.ts', text, { subject: 'src/a.ts:C.f' });

    expect(head).toContain(`    if (${GUARD}) {\n      this.scribe.debug('hot');\n    }`);
  });

  it.each([
    ['too few methods of a logger', 'class Desk { info() {} hint() {} }', 'new Desk()'],
    ['an object of something else', 'const Desk = 1;', '{ info() {}, price: Desk }'],
    ['a declaration that is not in the repository', "import { Desk } from 'desks';", 'new Desk()'],
  ])('leaves a call alone that is named like a level, on %s', async (_name, head, value) => {
    const text = `${head}\nconst desk = ${value};\nexport function f() {\n  desk.info('hot');\n}\n`;

    expect(await outcome('src/a.ts', text)).toMatchObject({ outcome: 'abstain', reason: 'no-log-call' });
  });

  it('follows calls by name to a callee where no profile names one', async () => {
    const files = {
      'src/a.ts': "import { g as other } from '../lib/b.js';\nexport function f() {\n  other();\n}\n",
      'lib/b.ts': "export function g() {\n  log.info('hot');\n}\n",
    };

    const result = await runSkill('log-sampling', files, { subject: 'src/a.ts:f', written: ['hot'] });
    const known = await runSkill('log-sampling', files, {
      subject: 'src/a.ts:f',
      written: ['hot'],
      grownCallees: ['src/x.ts:y'],
    });

    expect(result).toMatchObject({ outcome: 'patch', files: ['lib/b.ts'] });
    expect(known).toMatchObject({ outcome: 'abstain', reason: 'no-log-call' });
  });

  it('leaves a refused call whole beside one that it samples, and says so', async () => {
    const text = "function f(x) {\n  log.info('hot', x);\n  log.info('hot too', x.next());\n}\n";

    const result = patchOf(await outcome('src/a.js', text));

    expect((await applyWithGit({ 'src/a.js': text }, result.patch))['src/a.js']).toContain(
      "\n  log.info('hot too', x.next());",
    );
    expect(result.facts.map((fact) => fact.text).join(' ')).toContain('side-effects');
  });

  it('abstains rather than change more places than a person reads', async () => {
    const text = `function f(x) {\n${"  log.info('hot', x);\n".repeat(9)}}\n`;

    expect(await outcome('src/a.js', text)).toMatchObject({ outcome: 'abstain', reason: 'too-many-sites' });
  });

  it('abstains on a file that it cannot parse', async () => {
    expect(await outcome('src/a.js', "function f( {\n  log.info('hot');\n}\n")).toMatchObject({
      outcome: 'abstain',
      reason: 'source-unreadable',
    });
  });

  it('refuses a subject that is no function identity', async () => {
    await expect(outcome('src/a.js', '', { subject: 'f' })).rejects.toMatchObject({
      code: 'HEADROOM_FUNCTION_ID_INVALID',
    });
  });
});

describe('lines written by a commit', () => {
  it('are those that blame gives it', () => {
    const blame = [
      { line: 3, commit: 'a' },
      { line: 4, commit: 'b' },
      { line: 5, commit: 'a' },
    ];

    expect(linesWrittenBy('a', 'src/a.ts', blame)).toEqual({ path: 'src/a.ts', lines: [3, 5] });
  });
});
