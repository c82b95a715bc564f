import { describe, expect, it } from '@jest/globals';
import { policyViolations } from './policy.gates.js';
import { brokenPathRule, matchesAny } from './protected.paths.js';

const LIMITS = { maxFiles: 3, maxChangedLines: 20, protect: ['src/billing/**'], harness: ['load/**'] };

function patch(
  path: string,
  added: readonly string[] = ['const b = 2;'],
  removed: readonly string[] = ['const a = 1;'],
): string {
  return [
    `diff --git a/${path} b/${path}`,
    'index 1111111..2222222 100644',
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -1,${removed.length} +1,${added.length} @@`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    '',
  ].join('\n');
}

function rules(text: string, more: Partial<Parameters<typeof policyViolations>[0]> = {}): string[] {
  return policyViolations({ patch: text, limits: LIMITS, subject: 'src/a.ts:a', allowedEffects: [], ...more }).map(
    (each) => each.rule,
  );
}

describe('policyViolations', () => {
  it('allows an ordinary change of the subject', () => {
    expect(rules(patch('src/a.ts'))).toEqual([]);
  });

  it.each([
    ['.github/workflows/ci.yml', 'dot-path'],
    ['src/.hidden/a.ts', 'dot-path'],
    ['.headroom.yml', 'dot-path'],
    ['CLAUDE.md', 'agent-instructions-edited'],
    ['docs/AGENTS.md', 'agent-instructions-edited'],
    ['docs/CODEOWNERS', 'codeowners-edited'],
    ['Jenkinsfile', 'ci-edited'],
    ['Dockerfile', 'ci-edited'],
    ['ci/run.sh', 'ci-edited'],
    ['test/a.ts', 'test-weakened'],
    ['src/a.test.ts', 'test-weakened'],
    ['src/__tests__/a.js', 'test-weakened'],
    ['src/__snapshots__/a.snap', 'test-weakened'],
    ['src/A.SPEC.ts'.toLowerCase(), 'test-weakened'],
    ['jest.config.js', 'test-weakened'],
    ['tsconfig.json', 'test-weakened'],
    ['load/run.ts', 'benchmark-edited'],
    ['bench/run.ts', 'benchmark-edited'],
    ['src/a.bench.ts', 'benchmark-edited'],
    ['src/A.Test.TS', 'test-weakened'],
    ['src/WordsTest.java', 'test-weakened'],
    ['Package.JSON', 'manifest-edited'],
    ['SRC/Billing/tax.ts', 'protected-path'],
    ['package.json', 'manifest-edited'],
    ['packages/x/package-lock.json', 'manifest-edited'],
    ['Cargo.toml', 'manifest-edited'],
    ['go.sum', 'manifest-edited'],
    ['requirements-dev.txt', 'manifest-edited'],
    ['Gemfile.lock', 'manifest-edited'],
    ['x/y.csproj', 'manifest-edited'],
    ['pom.xml', 'manifest-edited'],
    ['dist/a.js', 'generated-file'],
    ['src/billing/tax.ts', 'protected-path'],
  ])('refuses to touch %s: %s', (path, rule) => {
    expect(rules(patch(path), { causeFiles: [path] })).toEqual([rule]);
  });

  it.each([
    'src/contest.ts',
    'src/latest/a.ts',
    'src/benchmarking-tips.ts',
    'src/test-bench-report/x.ts',
    'src/inspector.ts',
  ])('does not take %s for a protected file', (path) => {
    expect(brokenPathRule(path, LIMITS.harness, LIMITS.protect)).toBeUndefined();
  });

  it('refuses a rename into or out of a protected place', () => {
    const rename =
      'diff --git a/test/a.ts b/src/a.ts\nsimilarity index 100%\nrename from test/a.ts\nrename to src/a.ts\n';

    expect(rules(rename)).toEqual(['test-weakened']);
  });

  it('refuses links, submodules, other modes and binary content', () => {
    const link =
      'diff --git a/src/a.ts b/src/a.ts\nnew file mode 120000\nindex 0000000..1111111\n--- /dev/null\n+++ b/src/a.ts\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n';
    const mode = 'diff --git a/src/a.ts b/src/a.ts\nold mode 100644\nnew mode 100755\n';
    const module =
      'diff --git a/src/a.ts b/src/a.ts\nnew file mode 160000\nindex 0000000..1111111\n--- /dev/null\n+++ b/src/a.ts\n@@ -0,0 +1 @@\n+Subproject commit 1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910\n';
    const binary =
      'diff --git a/src/a.ts b/src/a.ts\nindex 1111111..2222222 100644\nBinary files a/src/a.ts and b/src/a.ts differ\n';

    expect(rules(link)).toContain('symlink');
    expect(rules(mode)).toEqual(['mode-change']);
    expect(rules(module)).toContain('submodule');
    expect(rules(binary)).toEqual(['binary']);
  });

  it('refuses a path that leaves the repository, and what is no patch', () => {
    expect(rules(patch('../a.ts'))).toEqual(['patch-unreadable']);
    expect(rules('hello')).toEqual(['patch-unreadable']);
    expect(rules('')).toEqual(['empty-patch']);
  });

  it('holds to its caps', () => {
    const many = Array.from({ length: 21 }, (_, index) => `const x${index} = 1;`);

    expect(rules(patch('src/a.ts', many))).toEqual(['too-many-lines']);
    expect(rules(['a', 'b', 'c', 'd'].map((name) => patch(`src/${name}.ts`)).join(''))).toEqual(['too-many-files']);
    expect(rules(patch('src/a.ts', ['x'.repeat(300_000)]))).toEqual(['too-large']);
  });

  it('refuses a patch elsewhere, unless the case is about that file too', () => {
    expect(rules(patch('src/b.ts'))).toEqual(['subject-untouched']);
    expect(rules(patch('src/b.ts'), { causeFiles: ['src/b.ts'] })).toEqual([]);
  });

  it.each([
    ['const key = "AKIAIOSFODNN7EXAMPLE";', 'secret'],
    ['const password = "correct-horse-battery";', 'secret'],
    ['-----BEGIN RSA PRIVATE KEY-----', 'secret'],
    ['if (process.env.CI) return cached;', 'environment-sensitive'],
    ['if (process.env["NODE_OPTIONS"]) return;', 'environment-sensitive'],
    ['const where = new Error("x").stack;', 'environment-sensitive'],
    ['if (process.argv.includes("bench/run.ts")) return;', 'environment-sensitive'],
    ['import { exec } from "node:child_process";', 'threat'],
    ['return eval(text);', 'threat'],
    ['const f = new Function("return 1");', 'threat'],
    ['const load = require(name);', 'threat'],
    ["const load = require('child_' + 'process');", 'threat'],
    ["const run = (() => 1).constructor('return 1')();", 'threat'],
    ['const run = [].constructor.constructor;', 'threat'],
    ["const run = text['constructor'];", 'threat'],
    [String.raw`const name = '\x63hild_\u0070rocess';`, 'threat'],
    ['if os.environ.get("CI"):', 'environment-sensitive'],
    ['if "pytest" in sys.modules:', 'environment-sensitive'],
    ['from os import path, getenv', 'environment-sensitive'],
    ['if hasattr(builtins, "__headroom_watch__"):', 'environment-sensitive'],
    ['from os import *', 'environment-sensitive'],
    ['import re, os as o', 'environment-sensitive'],
    ['where = getattr(os, "environ")', 'environment-sensitive'],
    ['import o "os"', 'environment-sensitive'],
    ['import os, subprocess as run', 'threat'],
    ['from ctypes import cdll', 'threat'],
    ['exec(text)', 'threat'],
    ['os.execvp("sh", [])', 'threat'],
    ['import "os/exec"', 'threat'],
  ])('refuses the added line %s: %s', (line, rule) => {
    const [violation] = policyViolations({
      patch: patch('src/a.ts', [line]),
      limits: LIMITS,
      subject: 'src/a.ts:a',
      allowedEffects: [],
    });

    expect(violation?.rule).toBe(rule);
    if (rule === 'secret') expect(violation?.message).not.toContain(line);
  });

  it.each(['import os', 'from os import path', 'from sys import maxsize', 'import "os"', '"os"', 'import os.path'])(
    'has nothing against %s',
    (line) => {
      expect(rules(patch('src/a.ts', [line]))).toEqual([]);
    },
  );

  it('reads a line that looks like the head of a file for what it is', () => {
    expect(rules(patch('src/a.ts', ['++ process.env.CI;'], ['-- x;']))).toEqual(['environment-sensitive']);
  });

  it('does not hold a moved line against the patch', () => {
    expect(rules(patch('src/a.ts', ['  if (process.env.CI) return;'], ['if (process.env.CI) return;']))).toEqual([]);
  });

  it('refuses an effect that it cannot check', () => {
    expect(rules(patch('src/a.ts'), { allowedEffects: ['fewer-log-records:debug,info'] })).toEqual([]);
    expect(rules(patch('src/a.ts'), { allowedEffects: ['fewer-log-records:error'] })).toEqual(['unknown-effect']);
    expect(rules(patch('src/a.ts'), { allowedEffects: ['anything'] })).toEqual(['unknown-effect']);
  });
});

describe('matchesAny', () => {
  it.each([
    ['bench/a/b.ts', 'bench/**', true],
    ['bench', 'bench/**', false],
    ['benches/a.ts', 'bench/**', false],
    ['src/a.bench.ts', 'src/*.bench.ts', true],
    ['src/x/a.bench.ts', 'src/*.bench.ts', false],
    ['src/x/a.bench.ts', '**/*.bench.ts', true],
    ['a.bench.ts', '**/*.bench.ts', true],
    ['scripts/bench.mjs', 'scripts/bench.mjs', true],
    ['perf/deep/x.ts', 'perf/', true],
  ])('%s against %s: %s', (path, pattern, expected) => {
    expect(matchesAny(path, [pattern])).toBe(expected);
  });
});
