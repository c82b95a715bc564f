import { createInterface } from 'node:readline';
import { readManifest } from './parcel.ts';
import { rateManifest } from './rating.ts';
import { Scribe } from './scribe.ts';

const scribe = new Scribe('worker');

/** Rates one manifest a line; answers with one line. */
function answer(line: string): string {
  try {
    return JSON.stringify(rateManifest(readManifest(line)));
  } catch (error) {
    scribe.error('a manifest cannot be read', { why: (error as Error).message });
    return JSON.stringify({ refused: (error as Error).message });
  }
}

scribe.info('ready');
for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${answer(line)}\n`);
