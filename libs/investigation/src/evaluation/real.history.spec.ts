import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildRepository } from '@headroom/testing';
import { evaluateOnRepository } from './real.history.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-real-history-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A file whose functions grow by a line with each commit, in turns. */
function file(commits: number): string {
  const names = ['first', 'second', 'third'];
  const functions = names.map((name, at) => {
    const steps = Array.from({ length: commits }, (_, index) => index).filter((index) => index % names.length === at);
    const lines = [0, 1, 2, 3].map((each) => `  audit(text, ${each});`);
    const added = steps.map((index) => `  out.push(text.repeat(${index}));`);
    return [`export function ${name}(text, out) {`, ...lines, ...added, '  return out;', '}', ''].join('\n');
  });
  return functions.join('\n');
}

async function evaluated(name: string, commits: number) {
  const steps = Array.from({ length: commits }, (_, index) => ({
    message: `Do step ${index}`,
    files: { 'src/steps.ts': file(index) },
  }));
  const { bare } = await buildRepository(join(dir, name), steps);
  const about = { location: bare, branch: 'main', cacheDir: join(dir, `${name}-cache`), version: 'test' };
  return evaluateOnRepository({ ...about, seed: 1, histories: 3 });
}

describe('the evaluation on a real history', () => {
  it('judges commits that wrote into functions, and lines that none of them touched', async () => {
    const report = await evaluated('steps', 40);

    expect(report.outcomes).toHaveLength(6);
    expect(report.nameable).toMatchObject({ histories: 3, topThree: { value: 1 } });
    expect(report.withoutCause).toMatchObject({ histories: 3, named: { value: 0 } });
  });

  it('says so where a history is too short', async () => {
    await expect(evaluated('short', 4)).rejects.toMatchObject({ code: 'HEADROOM_EVALUATION_HISTORY' });
  });
});
