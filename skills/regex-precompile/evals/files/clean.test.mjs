import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { run } from './lib/clean.mjs';

deepEqual(run(), ['takenb', ' c']);
const body = readFileSync(new URL('./lib/clean.mjs', import.meta.url), 'utf8').split('clean = ')[1];
deepEqual(body.match(/new RegExp/g), null);
