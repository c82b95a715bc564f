import { describe, expect, it } from '@jest/globals';
import { inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { parseRule } from './rule.file.js';
import { askScript } from './rule.script.js';

const RULE = parseRule(
  `
id: shout
language: Python
message: A word is said quietly.
rule: { pattern: say($WORD) }
fix: $LOUD
metadata:
  script: { run: scripts/shout.mjs, gives: [LOUD] }
`,
  'shout',
);
const QUESTION = { rule: 'shout', path: 'a.py', function: 'f', match: 'say(hey)', captures: { WORD: 'hey' } };

function asked(script: string, timeoutMs?: number): Promise<unknown> {
  return inFolder(async (dir) => {
    writeFiles(dir, { 'scripts/shout.mjs': script, 'outside.txt': 'hidden' });
    return askScript(dir, RULE, QUESTION, timeoutMs);
  });
}

const answer = (text: string): string => `
import { readFileSync } from 'node:fs';
const question = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(${text}));
`;

describe('the script of a rule', () => {
  it('gives the texts of a fix from what a match holds', async () => {
    expect(await asked(answer('{ texts: { LOUD: question.captures.WORD.toUpperCase() } }'))).toEqual(
      new Map([['LOUD', 'HEY']]),
    );
  });

  it('refuses a match', async () => {
    expect(await asked(answer("{ refuse: { reason: 'too-short', message: 'nobody hears it' } }"))).toEqual({
      reason: 'too-short',
      message: 'nobody hears it',
    });
  });

  it.each([
    ['gives no text', answer('{ texts: {} }'), /gave no text for LOUD/],
    ['answers something else', answer('[]'), /answered something else/],
    ['says nothing', '', /answered something else/],
    ['throws', "throw new Error('broken')", /ended with 1/],
    ['writes a file', "import { writeFileSync } from 'node:fs'; writeFileSync('a', '');", /ended with 1/],
    [
      'reads what is not its own',
      "import { readFileSync } from 'node:fs'; readFileSync('/etc/hostname');",
      /ended with 1/,
    ],
    ['starts a program', "import { execSync } from 'node:child_process'; execSync('true');", /ended with 1/],
    ['floods its output', "for (;;) process.stdout.write('x'.repeat(65536));", /was ended/],
  ])('is told off when it %s', async (_what, script, message) => {
    await expect(asked(script)).rejects.toMatchObject({
      code: 'HEADROOM_SKILL_SCRIPT_FAILED',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('is ended when it does not end', async () => {
    await expect(asked('setInterval(() => undefined, 1000);', 1500)).rejects.toThrow(/was ended/);
  });

  it('sees no environment', async () => {
    expect(await asked(answer('{ texts: { LOUD: Object.keys(process.env).join() } }'))).toEqual(
      new Map([['LOUD', '']]),
    );
  });
});
