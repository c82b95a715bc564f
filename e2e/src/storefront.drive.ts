import { spawn } from 'node:child_process';
import { hostMeasurementLock } from '@headroom/platform';
import { examplePath, headroomCommand } from './test-host.js';

/** Drives the example alone on this machine: deploys it, serves it load, takes its profiles. */
export async function driveStorefront(words: readonly string[]): Promise<void> {
  const held = await hostMeasurementLock().acquire('end-to-end test');
  try {
    const child = spawn(process.execPath, [examplePath('storefront', 'drive.mjs'), ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HEADROOM_CLI: headroomCommand },
    });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const code = await new Promise<number | null>((done, fail) => {
      child.once('error', fail);
      child.once('close', done);
    });
    if (code !== 0) throw new Error(`the drive ended with ${code}:\n${said.join('')}`);
  } finally {
    held.release();
  }
}
