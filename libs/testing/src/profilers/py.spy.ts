import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireProgram } from './required.program.js';

const run = promisify(execFile);

/** Where `scripts/programs.mjs` puts it; the same distance from `src/profilers` and from `dist/profilers`. */
const pySpy = fileURLToPath(new URL('../../../../.tools/py-spy/bin/py-spy', import.meta.url));

/**
 * Runs a Python program to its end under py-spy, 100 samples a second. The program is py-spy's child, which a process may trace
 * without being root.
 * @param format `raw`: collapsed stacks; `speedscope`
 * @returns the profile
 * @throws HeadroomError `HEADROOM_PROGRAM_MISSING` without a Python or py-spy
 */
export async function profileWithPySpy(script: string, format: 'raw' | 'speedscope'): Promise<Uint8Array> {
  const install = 'node scripts/programs.mjs fetches it with pip';
  requireProgram({ probe: ['python3', '--version'], name: 'Python', install: 'on Debian: apt-get install python3' });
  requireProgram({ probe: [pySpy, '--version'], name: 'py-spy', install });
  // A version manager puts a shell script in front of Python, which py-spy would follow through its start.
  const python = (await run('python3', ['-c', 'import sys; print(sys.executable)'])).stdout.trim();
  const output = `${script}.${format}`;
  const words = ['record', '--rate', '100', '--full-filenames', '--format', format, '--output', output];
  await run(pySpy, [...words, '--', python, script]);
  return new Uint8Array(await readFile(output));
}
