import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRepository } from '@headroom/testing';

const source = `/** Words of a text, in lower case. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const part of text.split(' ')) {
    if (part !== '') words.push(part.toLowerCase());
  }
  return words;
}

/** How often each word occurs. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
`;

const test = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWords, wordsOf } from '../src/words.ts';

test('splits at blanks', () => {
  assert.deepEqual(wordsOf('One  two ONE'), ['one', 'two', 'one']);
});

test('counts words', () => {
  assert.equal(countWords('one two one').get('one'), 2);
  assert.equal(countWords('').size, 0);
});
`;

const benchmark = `import { countWords } from '../src/words.ts';

const operations = Number(process.argv[2]);
const text = Array.from({ length: 60 }, (_, index) => \`Word\${index % 17}\`).join(' ');
let total = 0;
for (let index = 0; index < operations; index += 1) total += countWords(text).size;
if (total !== operations * 17) throw new Error('the benchmark counted wrongly');
`;

/** Files of a small target: one module, its tests, its benchmark. */
export const targetFiles = {
  'package.json': '{ "name": "words", "version": "1.0.0", "type": "module", "private": true }\n',
  'src/words.ts': source,
  'test/words.test.ts': test,
  'bench/words.bench.ts': benchmark,
  '.github/workflows/ci.yml': 'on: push\n',
};

/** A target repository and a configuration that names it. */
export interface Target {
  bare: string;
  /** The commit on `main`. */
  commit: string;
  config: string;
}

/** Options of {@link makeTarget}. */
export interface TargetOptions {
  /** Files instead of, or beside, the usual ones. */
  files?: Record<string, string>;
  test?: string;
  benchmark?: string;
  operations?: number;
}

/** Makes a target repository with its configuration in a folder. */
export async function makeTarget(dir: string, options: TargetOptions = {}): Promise<Target> {
  const { bare, commits } = await buildRepository(join(dir, 'target'), [
    { message: 'words: count them', files: { ...targetFiles, ...options.files } },
  ]);
  const config = join(dir, 'headroom.config.yaml');
  const settings = {
    version: 1,
    // The effects are large, and few rounds tell.
    verification: { looks: [8] },
    services: {
      words: {
        repository: { name: 'example/words', url: bare },
        team: 'text',
        test: (options.test ?? 'node --test test/*.test.ts').split(' '),
        benchmark: {
          command: (options.benchmark ?? 'node bench/words.bench.ts {operations}').split(' '),
          operations: options.operations ?? 60_000,
        },
      },
      red: {
        repository: { name: 'example/red', url: bare },
        team: 'text',
        test: ['node', '-e', 'console.log("not ok 1 - adds up"); process.exit(1)'],
      },
      unbenched: {
        repository: { name: 'example/unbenched', url: bare },
        team: 'text',
        test: ['node', '--test', 'test/*.test.ts'],
        benchmark: { command: ['node', 'bench/missing.ts', '{operations}'], operations: 10 },
      },
      unreadable: {
        repository: { name: 'example/unreadable', url: join(dir, 'nowhere.git') },
        team: 'text',
        test: ['node', '--test'],
      },
    },
  };
  // JSON is YAML.
  await writeFile(config, JSON.stringify(settings, null, 2));
  return { bare, commit: commits.at(-1) ?? '', config };
}
