import { readFileSync, readdirSync } from 'node:fs';

/** Direct children of a process, from the kernel; none when the process is gone or the kernel does not tell. */
export function childrenOf(pid: number): number[] {
  const found: number[] = [];
  for (const thread of readEntries(`/proc/${pid}/task`)) {
    const text = readText(`/proc/${pid}/task/${thread}/children`);
    found.push(...text.split(' ').filter(Boolean).map(Number));
  }
  return found;
}

/** Every living descendant of a process, parents before children. */
export function descendantsOf(pid: number): number[] {
  const found: number[] = [];
  const open = [pid];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const children = childrenOf(next);
    found.push(...children);
    open.push(...children);
  }
  return found;
}

/** Processes and threads below a process. */
export function treeTasks(pid: number): number {
  return descendantsOf(pid).reduce((sum, each) => sum + readEntries(`/proc/${each}/task`).length, 0);
}

/** Resident memory of the descendants of a process, bytes. Shared pages count once for each process that maps them. */
export function treeResidentBytes(pid: number): number {
  return descendantsOf(pid).reduce((sum, each) => sum + residentBytes(each), 0);
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Ends a process if it still lives. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

// A process may end between two reads: what is gone has no children and no memory.
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readEntries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
