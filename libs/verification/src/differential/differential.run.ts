import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SandboxResult } from '@headroom/workspace';
import type { TargetCommands } from '../target.commands.js';
import { readRecords, type RunRecords } from './behaviour.records.js';
import type { WatchedPythonFile } from './watchable.python.js';

const INSIDE = '/headroom';

/** The recorder as plain JavaScript: compiled beside this file, or, from source, with its types taken off. */
async function recorderText(): Promise<string> {
  const compiled = fileURLToPath(new URL('recorder.preload.js', import.meta.url));
  if (existsSync(compiled)) return readFile(compiled, 'utf8');
  return stripTypeScriptTypes(await readFile(fileURLToPath(new URL('recorder.preload.ts', import.meta.url)), 'utf8'));
}

const PYTHON_RECORDER = fileURLToPath(new URL('../../python', import.meta.url));

/** One instrumented test run. */
export interface InstrumentedRun {
  result: SandboxResult;
  records: RunRecords;
}

/**
 * Runs the tests of a folder whose changed files are instrumented, with the recorder loaded into each Node.js process, and reads
 * what it recorded. Where Python files are watched, each Python process loads its recorder too, which instruments them itself as
 * they are imported.
 *
 * It sees functions of Node.js and Python processes and what those write; of Python, log records of `logging` and what the target
 * prints. Not what other programs write, nor calls that the tests do not
 * make. A candidate runs in the same process as the recorder and could mislead it: that is why the gates refuse added lines that
 * ask where they run, and why a person reviews.
 * @param python files of Python to watch, default none
 * @param toolDir a folder for the recorder and its records, emptied before
 */
export async function runInstrumented(options: {
  target: TargetCommands;
  dir: string;
  toolDir: string;
  command: readonly string[];
  timeoutMs: number;
  python?: readonly WatchedPythonFile[];
}): Promise<InstrumentedRun> {
  const { target, dir, toolDir, command, timeoutMs, python = [] } = options;
  const records = join(toolDir, 'records');
  await rm(toolDir, { recursive: true, force: true });
  await mkdir(records, { recursive: true });
  await writeFile(join(toolDir, 'recorder.mjs'), await recorderText(), { mode: 0o644 });
  if (python.length > 0) await provideForPython(toolDir, python);
  await chmod(toolDir, 0o755);
  const tools = { from: toolDir, to: INSIDE };
  const inside = target.sandbox.pathOf(tools);
  const recorder = pathToFileURL(join(inside, 'recorder.mjs')).href;
  const result = await target.run({
    dir,
    command,
    timeoutMs,
    env: { NODE_OPTIONS: `--import=${recorder}`, ...(python.length > 0 ? { PYTHONPATH: inside } : {}) },
    mounts: [tools, { from: records, to: `${INSIDE}/records`, writable: true }],
  });
  return { result, records: await readRecords(records) };
}

async function provideForPython(toolDir: string, files: readonly WatchedPythonFile[]): Promise<void> {
  const isCached = (path: string): boolean => path.endsWith('__pycache__');
  await cp(PYTHON_RECORDER, toolDir, { recursive: true, filter: (path) => !isCached(path) });
  await writeFile(join(toolDir, 'plan.json'), JSON.stringify({ files }), { mode: 0o644 });
}
