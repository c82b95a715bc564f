import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { sha256 } from '@headroom/contracts';
import { ExclusiveLock } from '@headroom/platform';

const LOCKED = resolve('mcp');

/**
 * Installs the outside clients from their own lock, once: they stay in `.tools` until the lock changes.
 * @returns the folder that they are in
 */
export async function installMcpClients(): Promise<string> {
  const locked = readFileSync(join(LOCKED, 'package-lock.json'));
  const folder = resolve('../.tools/mcp', sha256(locked).slice(0, 12));
  mkdirSync(dirname(folder), { recursive: true });
  // Specs run side by side, and each needs them.
  const held = await new ExclusiveLock(`${folder}.lock`).acquire('installing MCP clients');
  try {
    install(folder);
  } finally {
    held.release();
  }
  return folder;
}

function install(folder: string): void {
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(LOCKED, name), join(folder, name));
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 2, 2] });
  mkdirSync(complete);
}

/** Runs a command of the outside clients to its end; `env` is added to the environment. */
export async function runMcpClient(
  folder: string,
  command: 'conformance' | 'mcp-inspector',
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(folder, 'node_modules/.bin', command), ...words], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}
