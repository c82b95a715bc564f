/** CPU time as the kernel counts it. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Fields of /proc/stat are in hundredths of a second on every Linux that Node.js supports. */
const TICKS_PER_SECOND = 100;

function scheduledNs(pid, thread) {
  return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
}

/** Files of a thread or process that ended between the listing and the reading are gone: that counts as nothing. */
function orNothing(read, nothing) {
  try {
    return read();
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return nothing;
    throw error;
  }
}

const threadsOf = (pid) => orNothing(() => readdirSync(`/proc/${pid}/task`), []);
const childrenOf = (pid, thread) =>
  orNothing(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '')
    .split(' ')
    .filter(Boolean);

/**
 * CPU seconds of all threads of a process and its children: the scheduler's own count, in nanoseconds. The ticks of
 * /proc/<pid>/stat would be 10 ms wide, 4 % of one window.
 */
export function treeCpuSeconds(pid) {
  return threadsOf(pid).reduce((sum, thread) => {
    const own = orNothing(() => scheduledNs(pid, thread), 0) / 1e9;
    return childrenOf(pid, thread).reduce((total, child) => total + treeCpuSeconds(child), sum + own);
  }, 0);
}

/** CPU seconds of the thread that runs JavaScript. */
export function mainThreadCpuSeconds(pid) {
  return scheduledNs(pid, pid) / 1e9;
}

/** CPU seconds that the whole machine has used: everything but idle and waiting for disks. */
export function hostCpuSeconds() {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].split(/\s+/);
  const [user, nice, system, , , irq, softirq, steal] = fields.map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/** CPU seconds of this process: the load generator. */
export function ownCpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Hosts that can be compared: CPU model and number of cores. */
export function hostClass() {
  const all = cpus();
  return `${all[0]?.model.trim() || process.arch} x${all.length}`;
}
