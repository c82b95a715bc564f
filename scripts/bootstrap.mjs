/**
 * Stands before every root command: provides the right Node.js, installs from the lock, builds, then runs the command.
 * Each step is skipped when its result is already there. Everything it prints goes to stderr: stdout is the command's.
 *
 * Usage: node scripts/bootstrap.mjs [command argument...]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { provideNode, withoutNpmState, workspaceRoot } from './node-runtime.mjs';

const stampPath = join(workspaceRoot, 'node_modules', '.headroom-lock');

function say(text) {
  process.stderr.write(`headroom: ${text}\n`);
}

/** npm's own entry point, so that npm runs on the Node.js that was provided and not on the system's. */
function npmCli() {
  const fromNpm = process.env.npm_execpath;
  if (fromNpm && fromNpm.endsWith('npm-cli.js') && existsSync(fromNpm)) return fromNpm;
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(dir, 'npm');
    if (existsSync(candidate)) {
      const real = realpathSync(candidate);
      if (real.endsWith('.js')) return real;
    }
  }
  throw new Error('npm was not found on the PATH. Install Node.js with npm and run the command again.');
}

let child;
let stopping;

/** Runs a command to its end, forwarding signals; resolves with its exit code. `quiet` shows its output only when it fails. */
function run(command, args, { env, stdout = 'inherit', quiet = false }) {
  return new Promise((resolve, reject) => {
    const output = quiet ? 'pipe' : 'inherit';
    child = spawn(command, args, { cwd: workspaceRoot, env, stdio: ['inherit', quiet ? 'pipe' : stdout, output] });
    const shown = [];
    child.stdout?.on('data', (chunk) => shown.push(chunk));
    child.stderr?.on('data', (chunk) => shown.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code !== 0) process.stderr.write(Buffer.concat(shown));
      resolve(signal ? 128 + ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1) : (code ?? 1));
    });
    if (stopping) child.kill(stopping);
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopping = signal;
    child?.kill(signal);
  });
}

async function main() {
  const node = provideNode();
  const env = {
    ...withoutNpmState(process.env),
    PATH: dirname(node) + delimiter + (process.env.PATH ?? ''),
    NX_DAEMON: 'false',
  };

  const lock = createHash('sha256')
    .update(readFileSync(join(workspaceRoot, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stampPath) || readFileSync(stampPath, 'utf8') !== lock) {
    say('installing the locked dependencies (npm ci, no install scripts)');
    const code = await run(node, [npmCli(), 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      env,
      stdout: 2,
    });
    if (code !== 0) return code;
    writeFileSync(stampPath, lock);
  }

  if (stopping) return 1;
  say('building what has changed');
  const nx = ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build', '--output-style=static'];
  const built = await run(node, nx, { env, quiet: true });
  if (built !== 0) return built;

  const [command, ...args] = process.argv.slice(2);
  if (!command) return 0;
  return run(command === 'node' ? node : command, args, { env });
}

main().then(
  (code) => process.exit(code),
  (error) => {
    say(error.message);
    process.exit(1);
  },
);
