import { describe, expect, it } from '@jest/globals';
import { outputTail } from './output.tail.js';

describe('outputTail', () => {
  it('keeps what was said and leaves out the stack', () => {
    expect(outputTail('running\n\nError: no such file\n    at open (node:fs:1:1)\n    at run (bench.ts:2:3)\n')).toBe(
      'running\nError: no such file',
    );
  });

  it('keeps the end of a long output', () => {
    expect(outputTail(`${'x'.repeat(4000)}the end`)).toMatch(/^x{1493}the end$/);
  });
});
