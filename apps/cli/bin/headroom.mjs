#!/usr/bin/env node
/** The `headroom` command: runs on the Node.js of the workspace, whichever one started it. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findNode } from '../../../scripts/node-runtime.mjs';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const node = findNode();

if (!node || !existsSync(main)) {
  process.stderr.write('headroom: the workspace is not built yet; run `npm run build` in it first.\n');
  process.exit(1);
} else if (node === process.execPath) {
  await import(main);
} else {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
