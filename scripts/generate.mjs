/** Writes the files that are generated from the event contracts. Run through `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from '../libs/contracts/dist/index.js';
import { workspaceRoot } from './node-runtime.mjs';

for (const [path, content] of generatedFiles()) {
  const target = join(workspaceRoot, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}
