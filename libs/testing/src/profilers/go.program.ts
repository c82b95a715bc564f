import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { requireProgram } from './required.program.js';

const run = promisify(execFile);

/** Options of {@link buildGoProgram}. */
export interface GoProgramOptions {
  /** Folder of the module; made where it is not there. */
  dir: string;
  /** Files by their path in the module; `go.mod` is written. */
  files: Readonly<Record<string, string>>;
  /** Package to build, seen from the module. @default '.' */
  package?: string;
  /** GNU build id of the program, hexadecimal. @default what the linker makes */
  buildId?: string;
}

/**
 * Builds a Go program that needs nothing but the standard library, in a module `till.example/register`.
 * @returns the path of the program
 * @throws HeadroomError `HEADROOM_PROGRAM_MISSING` without a Go
 */
export async function buildGoProgram(options: GoProgramOptions): Promise<string> {
  const { dir, files, buildId } = options;
  requireProgram({ probe: ['go', 'version'], name: 'Go', install: 'on Debian: apt-get install golang-go' });
  const all = { 'go.mod': 'module till.example/register\n\ngo 1.19\n', ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const flags = buildId === undefined ? [] : [`-ldflags=-B 0x${buildId}`];
  // Nothing is fetched, neither a module nor another Go.
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' };
  await run('go', ['build', ...flags, '-o', 'register', options.package ?? '.'], { cwd: dir, env });
  return join(dir, 'register');
}
