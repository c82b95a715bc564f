import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { ExclusiveLock, type HeldLock } from '@headroom/platform';

/**
 * Takes a data directory for one process.
 * @throws HeadroomError `HEADROOM_DATA_DIRECTORY_IN_USE` naming the owner
 */
export function holdDataDirectory(dataDir: string, name: string): HeldLock {
  mkdirSync(dataDir, { recursive: true });
  const lock = new ExclusiveLock(join(dataDir, 'owner.lock'));
  const held = lock.tryAcquire(`headroom run ${name}`);
  if (held) return held;
  const message = `The data directory ${dataDir} is in use by ${lock.owner()}; give each process a folder of its own with --data.`;
  throw new HeadroomError(message, { code: 'HEADROOM_DATA_DIRECTORY_IN_USE' });
}
