import { spawn } from 'node:child_process';

/** How a script is run. */
export interface ConfinedScript {
  /** Absolute path of the script. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Folder that it runs in. */
  readonly cwd: string;
  /** Absolute paths of the folders that it may read. */
  readonly reads: readonly string[];
  /** What it finds on its standard input. */
  readonly input: string;
  /** Longest run, milliseconds. */
  readonly timeoutMs: number;
  /** Longest output, characters. */
  readonly maxOutput: number;
}

/**
 * Standard output of a script in a Node.js process of its own, which may read the folders named and nothing else, write nothing, start
 * nothing, and has an empty environment.
 * @throws Error it ended with a failure, took too long, or wrote too much
 */
export function outputOfConfined(asked: ConfinedScript): Promise<string> {
  const { script, args = [], cwd, reads, input, timeoutMs, maxOutput } = asked;
  const words = ['--permission', ...reads.map((folder) => `--allow-fs-read=${folder}`), script, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      cwd,
      env: {},
      stdio: 'pipe',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > maxOutput) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors = (errors + chunk).slice(-2000);
    });
    // A script that reads nothing closes its input early; how it ends tells the rest.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 && output.length <= maxOutput) resolve(output);
      else if (signal) reject(new Error(`was ended after ${timeoutMs / 1000} s or ${maxOutput} characters`));
      else reject(new Error(`ended with ${code}: ${errors.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}
