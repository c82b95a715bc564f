import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the installation: `apps/cli/dist` lies three folders below it. */
export const installation = fileURLToPath(new URL('../../../', import.meta.url));

/** The catalogue of skills that ships with it. */
export const skillsDir = join(installation, 'skills');

/** Version of this installation. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(join(installation, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
