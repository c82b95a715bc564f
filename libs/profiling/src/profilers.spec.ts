import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseEvent } from '@headroom/contracts';
import { buildGoProgram, profileWithPerf, profileWithPySpy } from '@headroom/testing';
import { readProfile, type ReadProfileOptions } from './read.profile.js';
import { recordProfile } from './recorded.profile.js';
import type { Stacks } from './stacks.js';

jest.setTimeout(120_000);

/** Ids of the repository's functions by self time, most first. */
function bySelfTime({ frames, stacks }: Stacks): string[] {
  const self = new Map<string, number>();
  for (const { frames: path, weight } of stacks) {
    const { id, origin } = frames[path.at(-1)!]!;
    if (origin === 'first-party') self.set(id, (self.get(id) ?? 0) + weight);
  }
  return [...self].sort((a, b) => b[1] - a[1]).map(([id]) => id);
}

const read = (bytes: Uint8Array, options: Partial<ReadProfileOptions> = {}) =>
  readProfile(bytes, { pathMap: { [dir]: '' }, fetchSource: async () => undefined, ...options });

/** Whether a function that is called has its caller below it in some stack. */
function isCalledBy({ frames, stacks }: Stacks, callee: string, caller: string): boolean {
  return [...stacks].some(({ frames: path }) => {
    const ids = path.map((frame) => frames[frame]!.id);
    return ids.includes(caller) && ids.indexOf(caller) < ids.lastIndexOf(callee);
  });
}

let dir: string;

beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'headroom-profilers-')));
  for (const folder of ['src', 'cmd', 'lib']) mkdirSync(join(dir, folder));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const nodeProgram = `
class Register {
  sum = 0;
  total(rounds: number): void {
    for (let index = 0; index < rounds; index += 1) this.sum += (index % 7) / 3;
  }
}
function sell(until: number): void {
  const register = new Register();
  while (performance.now() < until) register.total(200_000);
}
sell(performance.now() + 500);
`;

describe('node --cpu-prof', () => {
  it('has the method that burns on top, under its path and qualified name', async () => {
    writeFileSync(join(dir, 'src/register.ts'), nodeProgram);
    execFileSync(process.execPath, ['--cpu-prof', '--cpu-prof-dir', join(dir, 'cpu'), 'src/register.ts'], { cwd: dir });
    const [file = ''] = readdirSync(join(dir, 'cpu'));
    const fetchSource = async (path: string): Promise<string> => readFileSync(join(dir, path), 'utf8');
    const { stacks } = await read(readFileSync(join(dir, 'cpu', file)), { fetchSource });

    expect(bySelfTime(stacks)[0]).toBe('src/register.ts:Register.total');
    expect(isCalledBy(stacks, 'src/register.ts:Register.total', 'src/register.ts:sell')).toBe(true);
  });
});

const goProgram = `package main

import (
	"os"
	"runtime/pprof"
	"time"
)

type Register struct{ sum float64 }

//go:noinline
func (r *Register) Total(n int) {
	for i := 0; i < n; i++ {
		r.sum += float64(i%7) / 3
	}
}

func main() {
	if len(os.Args) > 1 {
		out, _ := os.Create(os.Args[1])
		pprof.StartCPUProfile(out)
		defer pprof.StopCPUProfile()
	}
	r := &Register{}
	for end := time.Now().Add(700 * time.Millisecond); time.Now().Before(end); {
		func() { r.Total(1000000) }()
	}
}
`;

describe('a Go program', () => {
  let program: string;
  let bytes: Uint8Array;
  beforeAll(async () => {
    program = await buildGoProgram({ dir, files: { 'cmd/main.go': goProgram }, package: './cmd' });
    execFileSync(program, [join(dir, 'cpu.pprof')]);
    bytes = new Uint8Array(readFileSync(join(dir, 'cpu.pprof')));
  });

  it('has by runtime/pprof the method that burns on top, under its path and qualified name', async () => {
    const { stacks, facts } = await read(bytes);

    expect(bySelfTime(stacks)[0]).toBe('cmd/main.go:Register.Total');
    expect(facts).toMatchObject({ format: 'pprof', sampleType: 'cpu' });
    const runtime = stacks.frames.filter(({ id }) => /\/src\/runtime\//.test(id));
    expect(runtime.length).toBeGreaterThan(0);
    expect(runtime.every(({ origin }) => origin === 'runtime')).toBe(true);
  });

  it('tells its stretch and its CPU time, so that the event needs neither', async () => {
    const given = { service: 'till', environment: 'production', version: 'a'.repeat(40), unitOfWork: 'sale' };
    const facts = { ...given, deployment: 'd1', hostClass: 'small' };
    const options = { pathMap: { [dir]: '' }, fetchSource: async () => undefined, source: '/profiler' };
    const { event } = await recordProfile(bytes, facts, options);
    const { startedAt, endedAt, cpuSeconds = 0 } = event.data;

    expect(() => parseEvent(event)).not.toThrow();
    const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
    expect(seconds).toBeGreaterThan(0.5);
    expect(cpuSeconds).toBeGreaterThan(0);
  });

  it('reads the same unpacked', async () => {
    expect(await read(gunzipSync(bytes))).toEqual(await read(bytes));
  });

  it('has by perf, its stacks collapsed, the same method on top', async () => {
    const profile = await profileWithPerf([program], dir);
    if ('forbidden' in profile) {
      process.stderr.write(
        `headroom: the kernel lets nobody here use perf, so its stacks were not read: ${profile.forbidden}\n`,
      );
      return;
    }
    const { stacks, facts } = await read(profile.collapsed, { firstParty: ['main'], samplePeriodUs: 1e6 / 199 });

    expect(facts.format).toBe('collapsed');
    expect(bySelfTime(stacks)[0]).toBe('main.(*Register).Total');
    // A function without a frame of its own hides the one that called it from perf.
    expect(isCalledBy(stacks, 'main.(*Register).Total', 'runtime.main')).toBe(true);
  });
});

const pythonProgram = `
import os, sys, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lib"))
from register import Register

def sell(until):
    register = Register()
    def each():
        register.total(20000)
    while time.monotonic() < until:
        each()

sell(time.monotonic() + 0.7)
`;
const pythonModule = `
class Counter:
    def total(self, rounds):
        return 0

class Register(Counter):
    def total(self, rounds):
        s = 0
        for i in range(rounds):
            s += i % 7
        return s
`;

describe('py-spy record', () => {
  beforeAll(() => {
    writeFileSync(join(dir, 'src/till.py'), pythonProgram);
    writeFileSync(join(dir, 'lib/register.py'), pythonModule);
  });

  it.each([
    ['raw', 'collapsed'],
    ['speedscope', 'speedscope'],
  ] as const)('has in its format %s the function that burns on top', async (format, known) => {
    const bytes = await profileWithPySpy(join(dir, 'src/till.py'), format);
    const fetchSource = async (path: string): Promise<string> => readFileSync(join(dir, path), 'utf8');
    const { stacks, facts } = await read(bytes, { fetchSource });

    expect(facts.format).toBe(known);
    expect(bySelfTime(stacks)[0]).toBe('lib/register.py:Register.total');
    expect(isCalledBy(stacks, 'lib/register.py:Register.total', 'src/till.py:sell.each')).toBe(true);
  });
});
