import { readFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { ExclusiveLock } from './exclusive-lock.js';

/** Ticks of /proc files are in 1/100 s on every Linux that Node.js supports (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Above this the rest of the host is busy: a measurement meanwhile is set aside. Cores. */
export const BUSY_HOST_CORES = 0.2;

/** Held by whoever measures on this machine, so that measurements never disturb each other. */
export function hostMeasurementLock(): ExclusiveLock {
  return new ExclusiveLock(join(tmpdir(), 'headroom-host', 'measurement.lock'));
}

/**
 * CPU time that the whole machine has used since it started, in seconds: everything but idle and waiting for disks.
 * Guest time is part of user time already.
 * @throws HeadroomError `HEADROOM_HOST_UNSUPPORTED` where there is no /proc
 */
export function hostCpuSeconds(stat = readProc('/proc/stat')): number {
  const [, ...fields] = (stat.split('\n')[0] ?? '').trim().split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields.map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/**
 * CPU time of a process and of every descendant that has ended and been waited for, in seconds; undefined when the
 * process is gone.
 */
export function processTreeCpuSeconds(pid: number): { self: number; ended: number } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return { self: (utime + stime) / TICKS_PER_SECOND, ended: (cutime + cstime) / TICKS_PER_SECOND };
}

/** What hosts have in common that can be compared: CPU model and number of cores. */
export function hostClass(): string {
  const all = cpus();
  return `${all[0]?.model.trim() || process.arch} x${all.length}`;
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HeadroomError(`${path} cannot be read: measurements need Linux. Run the verifier on a Linux host.`, {
      code: 'HEADROOM_HOST_UNSUPPORTED',
      cause: error,
    });
  }
}
