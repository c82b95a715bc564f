import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Starts a shell that outlives this process, even one that is killed: when the pipe to it closes, it kills the server
 * and removes its folder. It ends with the server.
 */
export function guardProcess(server: ChildProcess, dir: string): ChildProcess {
  const script = 'cat >/dev/null; kill -KILL "$1" 2>/dev/null; sleep 1; rm -rf "$2"';
  const child = spawn('sh', ['-c', script, 'headroom-test-guard', String(server.pid), dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  server.once('exit', () => child.kill('SIGKILL'));
  child.unref();
  (child.stdin as Socket).unref();
  return child;
}
