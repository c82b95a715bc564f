/**
 * Provides bubblewrap, which the verifier's tests run target code in: a Debian package, installed when this is root on a
 * machine with apt. Run by itself it does that and fails when there is none.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

function works() {
  return spawnSync('bwrap', ['--version'], { stdio: 'ignore' }).status === 0;
}

function install() {
  process.stderr.write('headroom: installing bubblewrap, the sandbox of the verifier (apt-get)\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const words of [
    ['update', '-qq'],
    ['install', '-y', '-qq', 'bubblewrap'],
  ]) {
    const { status } = spawnSync('apt-get', words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) return;
  }
}

/** Whether there is a sandbox; installs it where that can be done. */
export function provideSandbox() {
  if (works()) return true;
  const isDebian = spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (isDebian && process.getuid?.() === 0) install();
  return works();
}

/** What to do about a missing sandbox, one sentence. */
export const SANDBOX_ADVICE =
  'There is no bubblewrap, so tests that run target code in its sandbox cannot run: install it (on Debian: apt-get install bubblewrap).';

if (process.argv[1] === fileURLToPath(import.meta.url) && !provideSandbox()) {
  process.stderr.write(`headroom: ${SANDBOX_ADVICE}\n`);
  process.exit(1);
}
