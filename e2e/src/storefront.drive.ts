import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { hostMeasurementLock } from '@headroom/platform';
import { examplePath, headroomCommand } from './test-host.js';

/** Configuration of the example; its repository lies in the data directory. */
export const storefrontConfig = examplePath('storefront', 'headroom.config.yaml');

/** How one deployment was measured. */
export interface DrivenDeployment {
  /** False when the rest of the host was busy meanwhile, as the driver itself reports. */
  quiet: boolean;
}

/** Drives the example alone on this machine: deploys it, serves it load, takes its profiles. Deployments in order. */
export async function driveStorefront(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<DrivenDeployment[]> {
  const work = env['HEADROOM_PLAY_WORK'];
  if (work !== undefined) await mkdir(work, { recursive: true });
  const held = await hostMeasurementLock().acquire('end-to-end test');
  try {
    const child = spawn(process.execPath, [examplePath('storefront', 'drive.mjs'), ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HEADROOM_CLI: headroomCommand, ...env },
    });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const code = await new Promise<number | null>((done, fail) => {
      child.once('error', fail);
      child.once('close', done);
    });
    if (code !== 0) throw new Error(`the drive ended with ${code}:\n${said.join('')}`);
    const reports = said
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('deployment '));
    return reports.map((line) => ({ quiet: !line.includes('rest of the host') }));
  } finally {
    held.release();
  }
}
