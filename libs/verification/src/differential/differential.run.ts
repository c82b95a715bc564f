import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SandboxResult } from '@headroom/workspace';
import type { TargetCommands } from '../target.commands.js';
import { readRecords, type RunRecords } from './behaviour.records.js';

const INSIDE = '/headroom';

/** The recorder as plain JavaScript: compiled beside this file, or, from source, with its types taken off. */
async function recorderText(): Promise<string> {
  const compiled = fileURLToPath(new URL('recorder.preload.js', import.meta.url));
  if (existsSync(compiled)) return readFile(compiled, 'utf8');
  return stripTypeScriptTypes(await readFile(fileURLToPath(new URL('recorder.preload.ts', import.meta.url)), 'utf8'));
}

/** One instrumented test run. */
export interface InstrumentedRun {
  result: SandboxResult;
  records: RunRecords;
}

/**
 * Runs the tests of a folder whose changed files are instrumented, with the recorder loaded into each Node.js process, and reads
 * what it recorded.
 *
 * It sees functions of Node.js processes and what those write; not what other programs write, nor calls that the tests do not
 * make. A candidate runs in the same process as the recorder and could mislead it: that is why the gates refuse added lines that
 * ask where they run, and why a person reviews.
 * @param toolDir a folder for the recorder and its records, emptied before
 */
export async function runInstrumented(options: {
  target: TargetCommands;
  dir: string;
  toolDir: string;
  command: readonly string[];
  timeoutMs: number;
}): Promise<InstrumentedRun> {
  const { target, dir, toolDir, command, timeoutMs } = options;
  const records = join(toolDir, 'records');
  await rm(toolDir, { recursive: true, force: true });
  await mkdir(records, { recursive: true });
  await writeFile(join(toolDir, 'recorder.mjs'), await recorderText(), { mode: 0o644 });
  await chmod(toolDir, 0o755);
  const tools = { from: toolDir, to: INSIDE };
  const recorder = pathToFileURL(join(target.sandbox.pathOf(tools), 'recorder.mjs')).href;
  const result = await target.run({
    dir,
    command,
    timeoutMs,
    env: { NODE_OPTIONS: `--import=${recorder}` },
    mounts: [tools, { from: records, to: `${INSIDE}/records`, writable: true }],
  });
  return { result, records: await readRecords(records) };
}
