import { describe, expect, it } from '@jest/globals';
import { CaseShield } from './case.shield.js';
import { OutgoingGuard } from './outgoing.guard.js';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const shield = new CaseShield({ secret: 'secret-of-the-installation', caseId: 'case-1' });
const placeholder = shield.cleaned(TOKEN);
const guard = new OutgoingGuard({ shield, tools: ['code_read_file'] });

describe('a call of a tool', () => {
  it.each([
    ['unknown-tool', 'shell_run', { command: 'env' }],
    ['secret', 'code_read_file', { path: TOKEN }],
    ['secret', 'code_read_file', { deep: [{ [TOKEN]: 1 }] }],
    ['placeholder', 'code_read_file', { query: placeholder }],
    ['boundary', 'code_read_file', { query: shield.boundary }],
    ['hidden-text', 'code_read_file', { query: 'a\u200bb' }],
    ['outside', 'code_read_file', { path: '../../etc/passwd' }],
    ['device', 'code_read_file', { paths: ['/proc/self/environ'] }],
  ])('is refused by the rule %s', (rule, tool, args) => {
    expect(guard.callRefusal(tool, args)?.rule).toBe(rule);
  });

  it('is let through when it asks for a file', () => {
    expect(
      guard.callRefusal('code_read_file', { path: 'src/words.ts', ref: '1f0c7e5', lines: [1, 20] }),
    ).toBeUndefined();
  });
});

describe('an outcome', () => {
  const fact = {
    text: 'The call of `parse(rows[i](x))` in Map<string, number> is per item.',
    evidence: ['src/a.ts:4', 'ev-1f0c7e5d9a3b4c2e8f70'],
  };
  const outcome = {
    outcome: 'patch',
    summary: 'Compiles once.',
    facts: [fact],
    hypotheses: [],
    candidates: [{ title: 'Hoist', patch: '+// see https://project.example' }],
  };

  it('stays as it is when it breaks no rule', () => {
    expect(guard.checkedOutcome(outcome)).toEqual({ outcome, dropped: [] });
  });

  it.each([
    ['secret', `It is ${TOKEN}.`],
    ['placeholder', `It is ${placeholder}.`],
    ['boundary', `It is ${shield.boundary}.`],
    ['address', 'See https://collector.test/?q=1.'],
    ['address', 'See [this](//collector.test/a).'],
    ['address', '<img src=x>'],
    ['address', 'ldap://collector.test/a'],
    ['address', String.raw`\\collector.test\a`],
    ['address', '<b style="background:url(x)">a</b>'],
    ['address', '[a](https&#58;//collector.test)'],
    ['address', String.raw`[a](https:\/\/collector.test)`],
    ['address', '[a]: h&#116;tps&colon;//collector.test'],
    ['hidden-text', 'a\u202eb'],
    ['hidden-text', '![walrus](a.png)'],
  ])('loses a fact that breaks the rule %s', (rule, text) => {
    const { outcome: checked, dropped } = guard.checkedOutcome({ ...outcome, facts: [{ ...fact, text }, fact] });

    expect(checked).toEqual(outcome);
    expect(dropped).toMatchObject([{ rule, about: 'facts' }]);
  });

  it('loses a fact whose evidence is an address, and keeps one of a file that is named like one', () => {
    const facts = [
      { ...fact, evidence: ['![](https://collector.test/s.png):1'] },
      { ...fact, evidence: ['src/www.ts:4', 'packages/http/data.ts:12'] },
    ];

    expect(guard.checkedOutcome({ ...outcome, facts }).outcome.facts).toEqual([facts[1]]);
  });

  it('gets another summary, and loses a note', () => {
    const { outcome: checked, dropped } = guard.checkedOutcome({ ...outcome, summary: TOKEN, note: TOKEN });

    expect(checked).toEqual({ ...outcome, summary: expect.stringContaining('dropped') });
    expect(dropped.map(({ about }) => about)).toEqual(['summary', 'note']);
  });

  it('loses a candidate whose patch holds a secret', () => {
    const candidates = [{ title: 'Log it', patch: `+log('${TOKEN}')` }];

    expect(guard.checkedOutcome({ ...outcome, candidates }).outcome.candidates).toEqual([]);
  });
});
