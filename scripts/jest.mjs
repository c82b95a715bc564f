/** Runs Jest with native ESM in the current project and leaves its result as JSON for the closing count. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './node-runtime.mjs';

mkdirSync('test-results', { recursive: true });
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(workspaceRoot, 'node_modules/jest/bin/jest.js'),
    '--passWithNoTests',
    '--json',
    '--outputFile=test-results/jest.json',
    ...process.argv.slice(2),
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
