import { describe, expect, it } from '@jest/globals';
import { filesOfCommand } from './harness.files.js';

const MANIFEST = JSON.stringify({
  scripts: { bench: 'node --expose-gc ./scripts/measure.mjs && echo done', test: 'node --test' },
});

describe('filesOfCommand', () => {
  it.each([
    [['node', 'scripts/measure.mjs', '{operations}'], ['scripts/measure.mjs']],
    [['node', '--test'], []],
    [['npm', 'run', 'bench', '--', '{operations}'], ['scripts/measure.mjs']],
    [['npm', 'test'], []],
    [['npm', 'run', 'missing'], []],
  ])('%j runs %j', (command, files) => {
    expect(filesOfCommand(command, MANIFEST)).toEqual(files);
  });

  it('takes a broken manifest for one without scripts', () => {
    expect(filesOfCommand(['npm', 'run', 'bench'], '{')).toEqual([]);
  });
});
