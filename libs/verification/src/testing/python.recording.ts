import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { configSchema } from '@headroom/platform';
import { createSandbox } from '@headroom/workspace';
import { compareBehaviour } from '../differential/behaviour.comparison.js';
import type { RunRecords } from '../differential/behaviour.records.js';
import { runInstrumented } from '../differential/differential.run.js';
import { watchPlan } from '../differential/watched.files.js';
import type { DifferentialRecord } from '../evidence/evidence.schema.js';
import { TargetCommands } from '../target.commands.js';

const WATCHED = 'shop/till.py';
const SETTINGS = configSchema.parse({ version: 1, services: {} }).verification;
const SERVICE = { test: ['python3'], policy: { maxFiles: 1, maxChangedLines: 1, protect: [] } };

/** A Python program beside a watched file `shop/till.py`, with further files where it needs them. */
export interface PythonProgram {
  base: string;
  /** @default base */
  head?: string;
  /** Text of `main.py`. */
  main: string;
  files?: Readonly<Record<string, string>>;
  /** @default python3 main.py */
  command?: readonly string[];
}

/** Runs Python programs in a sandbox of their own, with the recorder. Throws where a program ends badly. */
export interface PythonRecording {
  record(program: PythonProgram, side?: 'base' | 'head'): Promise<RunRecords>;
  compare(program: PythonProgram, allowedEffects?: readonly string[]): Promise<DifferentialRecord>;
  close(): Promise<void>;
}

/** See {@link PythonRecording}. */
export async function pythonRecording(): Promise<PythonRecording> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  const sandbox = await createSandbox({ mode: 'required' });
  const planOf = ({ base, head = base }: PythonProgram) => watchPlan([{ path: WATCHED, oldPath: WATCHED, base, head }]);

  const record: PythonRecording['record'] = async (program, side = 'base') => {
    const { base, head = base, main, files = {}, command = ['python3', 'main.py'] } = program;
    const target = await mkdtemp(join(dir, 'target-'));
    const texts = { 'shop/__init__.py': '', [WATCHED]: side === 'base' ? base : head, 'main.py': main, ...files };
    for (const [path, text] of Object.entries(texts)) {
      await mkdir(dirname(join(target, path)), { recursive: true });
      await writeFile(join(target, path), text);
    }
    const { result, records } = await runInstrumented({
      target: new TargetCommands({ sandbox, service: SERVICE, verification: SETTINGS }),
      dir: target,
      toolDir: join(dir, 'tools'),
      command,
      timeoutMs: 60_000,
      python: planOf(program).python[side],
    });
    if (result.exitCode !== 0) throw new Error(result.stderr.text);
    return records;
  };

  return {
    record,
    compare: async (program, allowedEffects = []) =>
      compareBehaviour({
        plan: planOf(program),
        base: await record(program),
        baseAgain: await record(program),
        head: await record(program, 'head'),
        allowedEffects,
      }),
    close: async () => {
      await sandbox.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
