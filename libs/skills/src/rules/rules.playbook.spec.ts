import { describe, expect, it } from '@jest/globals';
import type { PlaybookAbstention, PlaybookRewrite } from '../playbooks/playbook.js';
import { applyEdits } from '../syntax/unified.diff.js';
import { parseRule } from './rule.file.js';
import { rewriteByRules } from './rules.playbook.js';

const SPREAD = `
id: spread
language: TypeScript
message: The object is copied for every item.
rule:
  pattern: '$XS.reduce(($ACC, $X) => ({ ...$ACC, [$K]: $V }), {})'
fix: Object.fromEntries($XS.map(($X) => [$K, $V]))
metadata:
  explanation: Builds the object of $FUNCTION once.
  guards:
    - type: { XS: array }
    - unused: { names: [ACC], in: [K, V] }
    - pure: [K, V]
`;

const KEYS = `
id: keys
language: TypeScript
message: The keys are listed on every round.
rule:
  pattern: Object.keys($O).length
  inside:
    any: [{ kind: for_statement }, { kind: while_statement }]
    stopBy: end
fix: $COUNT
metadata:
  guards:
    - in-loop: true
    - unchanged: { names: [O], in: loop }
  hoist:
    - { as: COUNT, name: '$O count', declare: 'const $COUNT = Object.keys($O).length;', to: loop }
`;

const BLOCK = `
id: block
language: TypeScript
message: The map is asked twice.
rule:
  pattern: 'if ($M.has($K)) { const $V = $M.get($K); $$$BODY }'
fix: |
  const $V = $M.get($K);
  if ($V !== undefined) {
    $$$BODY
  }
`;

type Ruled = { text: string; rewrite: PlaybookRewrite } | { abstained: PlaybookAbstention };

async function ruled(rule: string, source: string, subject = 'run', path = 'src/a.ts'): Promise<Ruled> {
  const parsed = parseRule(rule, /^id: (.+)$/m.exec(rule)![1]!);
  const files: Record<string, string> = { [path]: source };
  const result = await rewriteByRules(
    { rules: [parsed], dir: '' },
    { subject: `${path}:${subject}`, readFile: (one) => files[one] },
  );
  if ('outcome' in result) return { abstained: result };
  return { text: applyEdits(source, result.files[0]!.edits), rewrite: result };
}

describe('rewriting by rules', () => {
  it('replaces a match by the fix, and says what it did and where', async () => {
    const source = 'export function run(xs: string[]) {\n  return xs.reduce((a, x) => ({ ...a, [x]: 1 }), {});\n}\n';

    const result = await ruled(SPREAD, source);

    expect(result).toMatchObject({
      text: 'export function run(xs: string[]) {\n  return Object.fromEntries(xs.map((x) => [x, 1]));\n}\n',
      rewrite: {
        summary: 'Builds the object of run once.',
        facts: [{ text: 'run: The object is copied for every item.', evidence: ['src/a.ts:2'] }],
      },
    });
  });

  it.each([
    [
      'the type is not written',
      'function run(xs) {\n  return xs.reduce((a, x) => ({ ...a, [x]: 1 }), {});\n}',
      'type-unknown',
    ],
    [
      'the accumulator is read',
      'function run(xs: string[]) {\n  return xs.reduce((a, x) => ({ ...a, [x]: a.n }), {});\n}',
      'used-inside',
    ],
    [
      'a value has side effects',
      'function run(xs: string[]) {\n  return xs.reduce((a, x) => ({ ...a, [x]: next() }), {});\n}',
      'side-effects',
    ],
    ['nothing matches', 'function run(xs: string[]) {\n  return xs.length;\n}', 'no-match'],
    ['the syntax is broken', 'function run(xs: string[]) {\n  return xs.reduce(', 'source-unreadable'],
    ['the function is not there', 'function other() {}\n', 'subject-not-found'],
  ])('leaves the code alone when %s', async (_when, source, reason) => {
    expect(await ruled(SPREAD, source)).toMatchObject({ abstained: { outcome: 'abstain', reason } });
  });

  it('looks into functions that the finding names and what they call, never wider', async () => {
    const one = (name: string, call = '') =>
      `function ${name}(xs: string[]) {\n  ${call}\n  return xs.reduce((a, x) => ({ ...a, [x]: 1 }), {});\n}\n`;
    const source = one('run', 'called([]);') + one('called') + one('other');

    const result = await ruled(SPREAD, source);

    expect(result).toMatchObject({
      text: expect.stringMatching(/run[^]*fromEntries[^]*called[^]*fromEntries[^]*other[^]*reduce/) as unknown,
    });
  });

  it('changes at most three places, those of the subject first', async () => {
    const line = '  xs.reduce((a, x) => ({ ...a, [x]: 1 }), {});\n';
    const source = `function called(xs: string[]) {\n${line}}\nfunction run(xs: string[]) {\n  called(xs);\n${line.repeat(3)}}\n`;

    const result = await ruled(SPREAD, source);

    expect(result).toMatchObject({ text: expect.stringMatching(/called[^]*reduce[^]*run/) as unknown });
    expect('text' in result && result.text.match(/fromEntries/g)).toHaveLength(3);
  });

  it('puts a declaration before the loop, in the file’s own layout, and shares it', async () => {
    const source =
      'function run(o: object) {\r\n\tlet n = 0;\r\n\tfor (let i = 0; i < Object.keys(o).length; i++) {\r\n\t\tn += Object.keys(o).length;\r\n\t}\r\n\treturn n;\r\n}\r\n';

    const result = await ruled(KEYS, source);

    expect(result).toMatchObject({
      text: 'function run(o: object) {\r\n\tlet n = 0;\r\n\tconst oCount = Object.keys(o).length;\r\n\tfor (let i = 0; i < oCount; i++) {\r\n\t\tn += oCount;\r\n\t}\r\n\treturn n;\r\n}\r\n',
    });
  });

  it.each([
    ['is written', 'o = {};'],
    ['gets a part', 'o.a = 1;'],
    ['gets an element', 'o[i] = 1;'],
    ['gets a part of a part', 'o.a[i].b++;'],
    ['gets another name', 'const p = o;'],
    ['is kept', 'all = [o];'],
    ['is given out', 'return { o };'],
    ['loses a part', 'delete o.a;'],
    ['is handed on', 'change(o);'],
    ['has a method called', 'o.clear();'],
  ])('keeps a call in the loop when what it reads %s', async (_what, statement) => {
    const source = `function run(o: any) {\n  for (let i = 0; i < Object.keys(o).length; i++) {\n    ${statement}\n  }\n}\n`;

    expect(await ruled(KEYS, source)).toMatchObject({ abstained: { reason: 'changed-meanwhile' } });
  });

  it('takes up all declarations of a match or none', async () => {
    const both = KEYS.replace(
      'hoist:\n',
      `hoist:\n    - { as: FIRST, name: first, declare: 'const $FIRST = 0;', to: module }\n`,
    );
    const headed = 'function run(o: object) {\n  if (fill(o)) while (Object.keys(o).length) {}\n';
    const source = `${headed}  while (Object.keys(o).length) {}\n}\n`;

    const result = await ruled(both, source);

    expect('text' in result && result.text.match(/const first\w*/g)).toEqual(['const first']);
    expect(result).toMatchObject({ text: expect.stringContaining(headed) as unknown });
  });

  it('ends a statement where the next line would go on with it', async () => {
    const semicolonFree = 'const a = 1\nconst m = new Map()\nfunction run(k: string) {\n  if (!(m).has(k)) {}\n}\n';
    const rule = `
id: twice
language: TypeScript
message: A key is asked for.
rule: { pattern: 'if (!$M.has($K)) {}' }
fix: |
  const known = 1;
  $M.get($K);
  use(known);
`;

    expect(await ruled(rule, semicolonFree)).toMatchObject({
      text: expect.stringContaining('  const known = 1;\n  (m).get(k)\n  use(known)\n') as unknown,
    });
  });

  it('leaves code alone whose comment would be lost', async () => {
    const source = 'function run(o: object) {\n  while (more(Object.keys(o /* all */).length)) {}\n}\n';

    expect(await ruled(KEYS, source)).toMatchObject({ abstained: { reason: 'comment-inside' } });
  });

  it('moves several statements with their comments and strings', async () => {
    const source = [
      'function run(m: Map<string, string>, k: string) {',
      '    if (m.has(k)) {',
      '        const v = m.get(k);',
      '        // told',
      '        say(`a',
      '  ${v}`);',
      '        say(v);',
      '    }',
      '}',
      '',
    ].join('\n');

    expect(await ruled(BLOCK, source)).toMatchObject({
      text: [
        'function run(m: Map<string, string>, k: string) {',
        '    const v = m.get(k);',
        '    if (v !== undefined) {',
        '        // told',
        '        say(`a',
        '  ${v}`);',
        '        say(v);',
        '    }',
        '}',
        '',
      ].join('\n'),
    });
  });
});

describe('a rule file', () => {
  it.each([
    ['a guard that does not exist', SPREAD.replace('unused:', 'unuzed:'), /there is no guard "unuzed"/],
    ['a guard with a wrong value', SPREAD.replace('pure: [K, V]', 'pure: 3'), /guard pure:/],
    ['a fix that names what nothing binds', SPREAD.replace('[$K, $V]', '[$K, $W]'), /fix: nothing binds \$W/],
    [
      'a pattern that ast-grep does not know',
      SPREAD.replace('rule:', 'rule:\n  inside: { kind: no_such_kind }'),
      /\.ts: /,
    ],
    ['a node that only TypeScript has', SPREAD.replace('rule:', 'rule:\n  has: { kind: type_annotation }'), /\.js: /],
    ['a language that is not supported', SPREAD.replace('TypeScript', 'Cobol'), /language/],
    ['a field that is not known', SPREAD.replace('message:', 'mesage: x\nmessage:'), /mesage/],
  ])('is refused for %s', (_what, text, message) => {
    expect(() => parseRule(text, 'spread')).toThrow(message);
  });
});
