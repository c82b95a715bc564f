import { describe, expect, it } from '@jest/globals';
import { checkedClaims, quotedOnly } from './claims.js';
import { EvidenceBook } from './evidence.book.js';

const COMMIT = '1f0c7e5a901f0c7e5a901f0c7e5a901f0c7e5a90';

function bookOf(): EvidenceBook {
  const book = new EvidenceBook();
  book.background('The service ran on 128 cores.');
  book.add('ev-1', 'src/words.ts:12 takes 41.5 % of 1,250 samples in 30ms, base64');
  book.add('ev-2', 'lib/src/words.ts is another file; 7 calls');
  book.add(COMMIT, 'Log each item');
  return book;
}

const fact = (text: string, ...evidence: string[]) =>
  checkedClaims({ summary: 'x', facts: [{ text, evidence }], hypotheses: [], alternatives: [] }, bookOf(), []);

describe('checkedClaims', () => {
  it.each([
    ['It takes 41.5 % of 1250 samples.', ['ev-1']],
    ['It takes 30 ms.', ['ev-1']],
    ['It is built at src/words.ts:99.', ['src/words.ts:12']],
  ])('keeps a fact whose evidence resolves and holds its numbers: %s', (text, evidence) => {
    expect(fact(text, ...evidence)).toMatchObject({ facts: [{ text, evidence }], hypotheses: [] });
  });

  it.each([
    ['It takes 41.5 % of the CPU.', ['ev-9'], 'cites what was not seen'],
    ['It takes 41.5 % of the CPU.', ['ev-1', 'ev-9'], 'cites what was not seen'],
    ['It takes 41.5 % of the CPU.', ['ev-2'], 'a number of it is not in what it cites'],
    ['It has 128 cores.', ['ev-1'], 'a number of it is not in what it cites'],
    ['It is in words.ts.', ['words.ts:3'], 'cites what was not seen'],
    ['It came with a commit.', ['1f0c7e'], 'cites what was not seen'],
    ['It came with a commit.', ['2f0c7e5a'], 'cites what was not seen'],
  ])('makes a hypothesis of any other: %s %j', (text, evidence, why) => {
    const { facts, hypotheses } = fact(text, ...evidence);
    expect(facts).toEqual([]);
    expect(hypotheses).toEqual([{ text, confidence: 0.2, refutedBy: expect.stringContaining(why) }]);
  });

  it('takes places of the dossier for evidence, and the dossier itself for none', () => {
    const book = new EvidenceBook();
    book.background('src/words.ts:12 is hot: 9 of 10 samples');
    const check = (id: string) =>
      checkedClaims(
        { summary: 'x', facts: [{ text: '9 of 10 are there.', evidence: [id] }], hypotheses: [], alternatives: [] },
        book,
        [],
      );
    expect(check('src/words.ts:12').facts).toHaveLength(1);
    expect(check('(background)').facts).toHaveLength(0);
  });

  it('resolves a commit by the beginning of its id', () => {
    expect(fact('A change added a log call.', '1f0c7e5').facts).toHaveLength(1);
  });
});

describe('quotedOnly', () => {
  it.each([
    ['3x faster on 128 cores', '[number] faster on 128 cores'],
    ['½ of it, 40% less, −12,000 calls', '[number] of it, [number]% less, −[number] calls'],
    ['uses base64, not utf8', 'uses base64, not [number]'],
    ['at src/words.ts:77, not at src/none.ts:77', 'at src/words.ts:77, not at src/none.ts:[number]'],
    ['7 calls and 8 calls', '7 calls and [number] calls'],
    ['no number at all', 'no number at all'],
  ])('masks what no record holds: %s', (text, expected) => {
    expect(quotedOnly(text, bookOf())).toBe(expected);
  });

  it('takes no longer for a long word than for many', () => {
    const long = `${'a'.repeat(400_000)} 7`;
    const book = new EvidenceBook();
    book.add('ev-1', long);
    expect(quotedOnly('7 and 8', book)).toBe('7 and [number]');
  });

  it('takes what stands in the change for known', () => {
    expect(quotedOnly('keeps 512 entries', bookOf(), ['+const most = 512;'])).toBe('keeps 512 entries');
  });
});
