import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';
import { listSymbols } from '@headroom/source';
import {
  calleesOf,
  callersOf,
  chainsOf,
  decodeStacks,
  edgeCosts,
  encodeStacks,
  functionCosts,
  lineCosts,
  stacksFromCpuProfile,
  type PathMap,
  type Stacks,
} from './index.js';

const SHARE = { cpuSeconds: 1, units: 1 };

/** A program whose functions all burn enough time to be sampled. Erasable TypeScript only. */
const PROGRAM = `import { spin } from './spin.ts';
import burnInPackage from '@acme/burner';

interface Sink { write(line: string): number }

export class Logger implements Sink {
  #lines: number = 0;
  constructor() { this.#lines = spin(1.1); }
  static create(): Logger { return new Logger(); }
  write(line: string): number {
    const parts = [...line].map((part: string) => {
      let sum = 0;
      for (let i = 0; i < 400_000; i++) sum += Math.sqrt(i) * part.length;
      return sum;
    });
    return this.#flush(parts);
  }
  #flush(parts: number[]): number {
    let sum = 0;
    for (let i = 0; i < 1_500_000; i++) sum += Math.sqrt(i + parts.length);
    return sum;
  }
  get size(): number {
    let sum = 0;
    for (let i = 0; i < 1_500_000; i++) sum += Math.cbrt(i + this.#lines);
    return sum;
  }
}

class Sampler {
  write(): number {
    let sum = 0;
    for (let i = 0; i < 1_500_000; i++) sum += Math.sin(i);
    return sum;
  }
}

const arrow = (n: number): number => {
  let sum = 0;
  for (let i = 0; i < 1_500_000; i++) sum += Math.sqrt(i * n);
  return sum;
};

const handlers = {
  get: (n: number): number => {
    const inner = (k: number): number => {
      let sum = 0;
      for (let i = 0; i < 1_500_000; i++) sum += Math.sqrt(i + k);
      return sum;
    };
    return inner(n) + inner(n + 1);
  },
};

function descend(depth: number): number {
  let sum = 0;
  for (let i = 0; i < 100_000; i++) sum += Math.sqrt(i + depth);
  return depth === 0 ? sum : sum + descend(depth - 1);
}

const sampler = new Sampler();
for (let round = 0; round < 12; round++) {
  const logger = Logger.create();
  logger.write('abc');
  void logger.size;
  sampler.write();
  arrow(round);
  handlers.get(round);
  descend(12);
  burnInPackage(round);
}
await new Promise((resolve) => setTimeout(resolve, 400));
`;

const SPIN = `export function spin(n: number): number {
  let sum = 0;
  for (let i = 0; i < 1_500_000; i++) sum += Math.sqrt(i * n);
  return sum;
}
`;

const FUNCTIONS = [
  'Logger.write',
  'Logger.#flush',
  'Logger.size',
  'Sampler.write',
  'arrow',
  'handlers.get.inner',
  'descend',
];

const require = createRequire(import.meta.url);
let root: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function readSource(path: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Runs a program of the fixture under the engine's profiler and converts what it wrote. */
function profileOf(entry: string, pathMap: PathMap = { [root]: '' }, reader = readSource): Stacks {
  const name = `${entry.replaceAll('/', '-')}.cpuprofile`;
  const flags = ['--cpu-prof', '--cpu-prof-interval', '500', `--cpu-prof-dir=${root}`, `--cpu-prof-name=${name}`];
  if (!existsSync(join(root, name))) execFileSync(process.execPath, [...flags, entry], { cwd: root, stdio: 'pipe' });
  return stacksFromCpuProfile(readFileSync(join(root, name)), { pathMap, readSource: reader, name });
}

function firstParty(stacks: Stacks): string[] {
  return stacks.frames.filter((frame) => frame.origin === 'first-party').map((frame) => frame.id);
}

function lineNumberOf(marker: string, text = PROGRAM): number {
  return text.slice(0, text.indexOf(marker)).split('\n').length;
}

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'profile-')));
  write('package.json', '{ "type": "module" }');
  write('src/app.ts', PROGRAM);
  write('src/spin.ts', SPIN);
  write(
    'node_modules/@acme/burner/package.json',
    '{ "name": "@acme/burner", "type": "module", "exports": "./index.js" }',
  );
  write(
    'node_modules/@acme/burner/index.js',
    'export default function burn(n) { let sum = 0; for (let i = 0; i < 1500000; i++) sum += Math.sqrt(i + n); return sum; }',
  );
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a profile of TypeScript that runs by type stripping', () => {
  let stacks: Stacks;
  beforeAll(() => {
    stacks = profileOf('src/app.ts');
  });

  it('names methods, private ones, getters, arrows, nested closures, recursion and imported functions', () => {
    const ids = firstParty(stacks);

    for (const name of FUNCTIONS) expect(ids).toContain(`src/app.ts:${name}`);
    expect(ids).toContain('src/app.ts:Logger.constructor');
    expect(ids).toContain('src/spin.ts:spin');
    expect(ids).toContain('src/app.ts:<module>');
    expect(stacks.summary).toMatchObject({ unresolvedFrames: 0, unresolvedUs: 0, unmappedFiles: [], problems: [] });
  });

  it('names only functions that the source defines', () => {
    const known = ['src/app.ts', 'src/spin.ts'].flatMap((path) =>
      listSymbols(readSource(path)!, path).map(({ id }) => id),
    );

    expect(firstParty(stacks).filter((id) => !known.includes(id))).toEqual([]);
  });

  it('folds an anonymous callback into the method around it, in one frame', () => {
    const write = functionCosts(stacks, SHARE).find(({ id }) => id === 'src/app.ts:Logger.write')!;
    const twice = [...stacks.stacks].filter(({ frames }) =>
      frames.some((frame, index) => frame === frames[index + 1] && stacks.frames[frame]!.id === write.id),
    );

    expect(write.self).toBeGreaterThan(0.02);
    expect(twice).toEqual([]);
  });

  it('leaves idle time out of the stacks and accounts for all other time', () => {
    const busy = [...stacks.stacks].reduce((sum, { weight }) => sum + weight, 0);

    expect(stacks.idleUs).toBeGreaterThan(200_000);
    expect(stacks.frames.map(({ id }) => id)).not.toContain('(idle)');
    expect(busy + stacks.idleUs).toBe(stacks.durationUs);
    const { firstPartyUs, thirdPartyUs, runtimeUs } = stacks.summary;
    expect(firstPartyUs + thirdPartyUs + runtimeUs).toBe(busy);
  });

  it('marks package code with its package and engine code as runtime', () => {
    expect(stacks.frames).toContainEqual({
      id: 'node_modules/@acme/burner/index.js:burn',
      origin: 'third-party',
      package: '@acme/burner',
      resolved: true,
    });
    expect(stacks.frames.filter(({ origin }) => origin === 'runtime').some(({ id }) => id.startsWith('node:'))).toBe(
      true,
    );
  });

  it('charges self time to the lines of the loops', () => {
    const lines = lineCosts(stacks, SHARE);
    const dearest = (id: string): number | undefined => lines.find((line) => line.id === id)?.line;

    expect(dearest('src/app.ts:Logger.write')).toBe(lineNumberOf('sum += Math.sqrt(i) * part.length'));
    expect(dearest('src/app.ts:Sampler.write')).toBe(lineNumberOf('sum += Math.sin(i)'));
    expect(dearest('src/spin.ts:spin')).toBe(3);
  });

  it('counts a recursive function once a stack', () => {
    const descend = functionCosts(stacks, SHARE).find(({ id }) => id === 'src/app.ts:descend')!;

    expect(descend.total).toBeCloseTo(descend.self, 1);
    expect(descend.total).toBeLessThan(1);
    expect(
      [...stacks.stacks].some(
        ({ frames }) => frames.filter((frame) => stacks.frames[frame]!.id === descend.id).length > 2,
      ),
    ).toBe(true);
  });

  it('knows who calls whom', () => {
    const edges = edgeCosts(stacks, SHARE).map(({ caller, callee }) => `${caller} > ${callee}`);

    expect(edges).toContain('src/app.ts:Logger.write > src/app.ts:Logger.#flush');
    expect(edges).toContain('src/app.ts:handlers.get > src/app.ts:handlers.get.inner');
    expect(calleesOf(stacks, 'src/app.ts:Logger.write').map(({ id }) => id)).toContain('src/app.ts:Logger.#flush');
    expect(callersOf(stacks, 'src/app.ts:Logger.#flush')[0]).toMatchObject({
      distance: 1,
      id: 'src/app.ts:Logger.write',
    });
    expect(chainsOf(stacks, 'src/app.ts:Logger.#flush')[0]!.frames.slice(-3)).toEqual([
      'src/app.ts:<module>',
      'src/app.ts:Logger.write',
      'src/app.ts:Logger.#flush',
    ]);
  });

  it('survives storage unchanged and converts the same every time', () => {
    expect(decodeStacks(encodeStacks(stacks))).toEqual(stacks);
    expect(JSON.stringify(profileOf('src/app.ts'))).toBe(JSON.stringify(stacks));
  });

  it('maps a container prefix to a folder of the repository, the longest prefix first', () => {
    const reader = (path: string): string | undefined => readSource(path.replace(/^(services\/shop|libs)\//, 'src/'));
    const mapped = profileOf(
      'src/app.ts',
      { [root]: 'elsewhere', [`${root}/src/`]: './services/shop/', [`${root}/src/spin.ts`]: 'libs/spin.ts' },
      reader,
    );

    expect(firstParty(mapped)).toContain('services/shop/app.ts:Logger.write');
    expect(firstParty(mapped)).toContain('libs/spin.ts:spin');
    expect(mapped.summary.unresolvedFrames).toBe(0);
  });

  it("takes code that the path map does not cover for nobody's, and says so", () => {
    const unmapped = profileOf('src/app.ts', { '/somewhere/else': '' });

    expect(firstParty(unmapped)).toEqual([]);
    expect(unmapped.summary.unmappedFiles).toEqual([join(root, 'src/app.ts'), join(root, 'src/spin.ts')]);
    expect(unmapped.summary.unmappedUs).toBeGreaterThan(0);
  });

  it('falls back to the names of the engine without the source, and counts them', () => {
    const blind = profileOf('src/app.ts', { [root]: '' }, () => undefined);

    expect(blind.frames).toContainEqual({ id: 'src/app.ts:write', origin: 'first-party', resolved: false });
    expect(blind.summary.resolvedFrames).toBe(0);
    expect(blind.summary.unresolvedFrames).toBeGreaterThan(5);
    expect(blind.summary.unresolvedUs).toBe(blind.summary.firstPartyUs);
    expect(blind.lines).toEqual([]);
  });
});

describe('a profile of compiled JavaScript', () => {
  /** Compiles the program with tsc and returns the entry point. */
  function compile(outDir: string, flags: readonly string[]): string {
    const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    const options = ['--outDir', outDir, '--rootDir', 'src', '--target', 'es2022', '--module', 'esnext', '--types', ''];
    const lenient = [
      '--moduleResolution',
      'bundler',
      '--noCheck',
      '--rewriteRelativeImportExtensions',
      '--allowImportingTsExtensions',
      'false',
    ];
    execFileSync(process.execPath, [compiler, ...options, ...lenient, ...flags, 'src/app.ts'], {
      cwd: root,
      stdio: 'pipe',
    });
    return `${outDir}/app.js`;
  }

  it('is named by the TypeScript source through an adjacent source map, lines included', () => {
    const stacks = profileOf(compile('dist', ['--sourceMap']));

    const ids = firstParty(stacks);
    for (const name of FUNCTIONS) expect(ids).toContain(`src/app.ts:${name}`);
    expect(ids).toContain('src/spin.ts:spin');
    expect(ids.filter((id) => id.startsWith('dist/'))).toEqual([]);
    const hot = lineCosts(stacks, SHARE).find(({ id }) => id === 'src/app.ts:Sampler.write');
    expect(hot?.line).toBe(lineNumberOf('sum += Math.sin(i)'));
  });

  it('is named by the text that an inline source map carries', () => {
    const entry = compile('lib', ['--inlineSourceMap', '--inlineSources']);
    const stacks = profileOf(entry, { [root]: '' }, (path) => (path.startsWith('lib/') ? readSource(path) : undefined));

    for (const name of FUNCTIONS) expect(firstParty(stacks)).toContain(`src/app.ts:${name}`);
    expect(stacks.summary.unresolvedFrames).toBe(0);
  });

  it('is named by the generated file where there is no map', () => {
    const stacks = profileOf(compile('plain', []));

    for (const name of FUNCTIONS) expect(firstParty(stacks)).toContain(`plain/app.js:${name}`);
  });

  it.each([
    ['is missing', undefined],
    ['is not JSON', 'oops'],
    ['has damaged mappings', '{"version":3,"sources":["../src/app.ts"],"names":[],"mappings":7}'],
    ['has no sources', '{"version":3}'],
    ['is null', 'null'],
  ])('is named by the generated file, with a problem noted, where the map %s', (_title, map) => {
    const entry = compile('dist', ['--sourceMap']);
    const reader = (path: string): string | undefined => (path === 'dist/app.js.map' ? map : readSource(path));

    const stacks = profileOf(entry, { [root]: '' }, reader);

    expect(firstParty(stacks)).toContain('dist/app.js:Logger.write');
    expect(stacks.summary.problems).toEqual([expect.stringContaining('dist/app.js')]);
  });

  it('never asks for a file outside the repository, whatever a source map names', () => {
    const entry = compile('dist', ['--sourceMap']);
    const asked: string[] = [];
    const reader = (path: string): string | undefined => {
      asked.push(path);
      const text = readSource(path);
      return path.endsWith('.map') ? text?.replaceAll('../src/', '../../../../../../etc/') : text;
    };

    const stacks = profileOf(entry, { [root]: '' }, reader);

    expect(asked.filter((path) => path.includes('..') || path.startsWith('/'))).toEqual([]);
    expect(firstParty(stacks).filter((id) => id.includes('etc/'))).toEqual([]);
  });

  it('is named by the source when it was minified into one line, with lines only where they are certain', () => {
    const options = { sourceMaps: true, inlineSourcesContent: false, minify: true, isModule: true } as const;
    const minified = transformSync(SPIN + PROGRAM.replace(/^import \{ spin.*\n/, ''), {
      ...options,
      swcrc: false,
      filename: join(root, 'bundle/app.ts'),
      sourceFileName: '../bundle/app.ts',
      module: { type: 'es6' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' }, minify: { compress: {}, mangle: { toplevel: true } } },
    });
    write('bundle/app.ts', SPIN + PROGRAM.replace(/^import \{ spin.*\n/, ''));
    write('min/app.js', `${minified.code}\n//# sourceMappingURL=app.js.map\n`);
    write('min/app.js.map', minified.map!);

    const stacks = profileOf('min/app.js');

    expect(minified.code.trim().split('\n')).toHaveLength(1);
    for (const name of ['Logger.write', 'Logger.size', 'arrow'])
      expect(firstParty(stacks)).toContain(`bundle/app.ts:${name}`);
    expect(firstParty(stacks).filter((id) => id.startsWith('min/'))).toEqual([]);
    expect(stacks.summary.unlocatedUs).toBeGreaterThan(0);
  });

  it('reads CommonJS modules', () => {
    write('cjs/package.json', '{ "type": "commonjs" }');
    write(
      'cjs/app.js',
      'exports.run = (n) => { let s = 0; for (let i = 0; i < 5e7; i++) s += Math.sqrt(i + n); return s; };\nexports.run(1);\nexports.run(2);\n',
    );

    expect(firstParty(profileOf('cjs/app.js'))).toEqual(['cjs/app.js:<module>', 'cjs/app.js:run']);
  });
});
