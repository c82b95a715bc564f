import { describe, expect, it } from '@jest/globals';
import { redactDeep } from './redaction.deep.js';

describe('secrets anywhere in a value', () => {
  it('are replaced in each text, however deep, and nothing else is', () => {
    const commit = '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910';
    const value = {
      source: 'const password = "s3cr3tValue9x";\nconst limit = 10;\n',
      list: [{ text: 'PASSWORD=hunter2hunter2\nLEVEL=info' }, 7, null, true],
      commit,
    };

    const shown = redactDeep(value);

    expect(JSON.stringify(shown)).not.toMatch(/s3cr3tValue9x|hunter2/);
    expect(shown).toMatchObject({ commit, list: [{ text: expect.stringContaining('LEVEL=info') }, 7, null, true] });
    expect(shown.source).toContain('const limit = 10;');
  });

  it('are known by the key of a setting', () => {
    const settings = [
      { key: 'database.password', before: 'correct-horse-7', after: null },
      { key: 'cache.entries', before: '1000', after: '0' },
    ];

    expect(redactDeep(settings)).toEqual([
      { key: 'database.password', before: '[redacted: secret]', after: null },
      { key: 'cache.entries', before: '1000', after: '0' },
    ]);
  });
});
