import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { applyWithGit } from '../testing/playbook.fixtures.js';
import { applyEdits, unifiedDiff } from './unified.diff.js';
import type { TextEdit } from './text.layout.js';

const line = fc.constantFrom('a', 'b', '', '  c', 'é', '-- x', '+y', '\\ No newline');
const text = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, eol, ends]) => lines.join(eol) + (ends ? eol : ''))
  .filter((whole) => whole !== '');

const textWithEdits = text.chain((source) =>
  fc
    .array(fc.tuple(fc.nat(source.length), fc.nat(6), fc.constantFrom('', 'x', '\nx\n', 'y\n', '\n')), { maxLength: 4 })
    .map((spans) => ({ source, edits: withoutOverlap(spans, source.length) })),
);

function withoutOverlap(spans: readonly [number, number, string][], length: number): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const [start, size, replacement] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (start >= (edits.at(-1)?.end ?? 0))
      edits.push({ start, end: Math.min(length, start + size), text: replacement });
  }
  return edits;
}

describe('unified diffs', () => {
  it('become the edited text when git applies them', async () => {
    await fc.assert(
      fc.asyncProperty(textWithEdits, async ({ source, edits }) => {
        const wanted = applyEdits(source, edits);
        fc.pre(wanted !== '');
        const patch = unifiedDiff('src/a.ts', source, edits);

        if (wanted === source) expect(patch).toBe('');
        else expect(await applyWithGit({ 'src/a.ts': source }, patch)).toEqual({ 'src/a.ts': wanted });
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it.each(['a b.ts', 'é/ü.ts', 'a"b\\c.ts', 'tab\there.ts'])('name the path %j as git reads it', async (path) => {
    const edits = [{ start: 0, end: 1, text: 'b' }];

    expect(await applyWithGit({ [path]: 'a\n' }, unifiedDiff(path, 'a\n', edits))).toEqual({ [path]: 'b\n' });
  });

  it('refuse edits that overlap', () => {
    const edits = [
      { start: 0, end: 3, text: '' },
      { start: 2, end: 4, text: '' },
    ];

    expect(() => applyEdits('abcdef', edits)).toThrow(expect.objectContaining({ code: 'HEADROOM_EDITS_OVERLAP' }));
  });
});
