import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '@headroom/contracts';
import { requireProgram } from './required.program.js';

const run = promisify(execFile);

/** What perf made of a program: collapsed stacks, or the kernel's word that it may not. */
export type PerfProfile = { collapsed: Uint8Array } | { forbidden: string };

/**
 * Runs a program to its end under `perf record -g`, 199 samples a second of its own CPU time, and collapses its stacks with the
 * script that comes with perf.
 * @param words the program and its arguments
 * @param dir where perf writes its samples
 * @throws HeadroomError `HEADROOM_PROGRAM_MISSING` without perf
 */
export async function profileWithPerf(words: readonly string[], dir: string): Promise<PerfProfile> {
  requireProgram({ probe: ['perf', '--version'], name: 'perf', install: 'on Debian: apt-get install linux-perf' });
  try {
    // A clock: machines that are virtual often have no counters. Without the kernel's part it may be used by everybody.
    await run('perf', ['record', '-q', '-e', 'cpu-clock:u', '-g', '-F', '199', '--', ...words], { cwd: dir });
  } catch (error) {
    const said = messageOf(error);
    if (/perf_event|not permitted|permission|not supported/i.test(said)) return { forbidden: said };
    throw error;
  }
  const { stdout } = await run('perf', ['script', 'report', 'stackcollapse'], { cwd: dir, encoding: 'buffer' });
  return { collapsed: new Uint8Array(stdout) };
}
