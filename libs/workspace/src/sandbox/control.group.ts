import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { killQuietly } from './process.tree.js';

type Controller = 'cpu' | 'pids' | 'memory';

/** Where groups of a controller can be made on this host. */
interface ControllerHome {
  parent: string;
  version: 1 | 2;
}

/** Which controllers this process may make groups of. */
export type ControlGroupHomes = Partial<Record<Controller, ControllerHome>>;

const FILES = {
  cpu: { 1: 'cpuacct.usage', 2: 'cpu.stat' },
  pids: { 1: 'pids.max', 2: 'pids.max' },
  memory: { 1: 'memory.limit_in_bytes', 2: 'memory.max' },
} as const satisfies Record<Controller, Record<1 | 2, string>>;

const V1_NAMES = { cpu: 'cpuacct', pids: 'pids', memory: 'memory' } as const satisfies Record<Controller, string>;

/** Tries, for each controller, whether a group can be made below the own one. */
export function findControlGroups(): ControlGroupHomes {
  const own = ownGroups();
  const homes: ControlGroupHomes = {};
  for (const controller of ['cpu', 'pids', 'memory'] as const) {
    const home = candidates(controller, own).find((each) => works(controller, each));
    if (home) homes[controller] = home;
  }
  for (const home of Object.values(homes)) removeOrphans(home.parent);
  return homes;
}

/** Removes groups whose maker was killed. Those of a living process are left alone, used or not. */
function removeOrphans(parent: string): void {
  for (const name of readdirSync(parent)) {
    const maker = /^headroom-(\d+)-/.exec(name)?.[1];
    if (maker === undefined || existsSync(`/proc/${maker}`)) continue;
    try {
      rmdirSync(join(parent, name));
    } catch (error) {
      // Its last processes are still being taken down, or somebody else removed it.
      if (!['EBUSY', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

function candidates(controller: Controller, own: ReadonlyMap<string, string>): ControllerHome[] {
  const name = V1_NAMES[controller];
  const path = own.get(name);
  const v1 = path === undefined ? [] : under(`/sys/fs/cgroup/${name}`, path, 1);
  const unified = own.get('') ?? '/';
  return [...v1, ...['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].flatMap((root) => under(root, unified, 2))];
}

function under(root: string, path: string, version: 1 | 2): ControllerHome[] {
  // In a container the own path may be told as the host sees it: then the mount itself is the own group.
  return [...new Set([join(root, path), root])].map((parent) => ({ parent, version }));
}

function ownGroups(): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of readOptional('/proc/self/cgroup').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const each of controllers?.split(',') ?? []) groups.set(each, path ?? '/');
  }
  return groups;
}

function works(controller: Controller, home: ControllerHome): boolean {
  if (!existsSync(join(home.parent, 'cgroup.procs'))) return false;
  const probe = join(home.parent, `headroom-probe-${randomUUID()}`);
  try {
    mkdirSync(probe);
  } catch {
    return false;
  }
  try {
    return existsSync(join(probe, FILES[controller][home.version]));
  } finally {
    rmdirSync(probe);
  }
}

/** The control groups of one run; processes join by writing their id to {@link joinFiles}. */
export class ControlGroup {
  readonly #folders = new Map<string, string>();
  readonly #homes: ControlGroupHomes;

  constructor(homes: ControlGroupHomes, limits: { processes: number; memoryBytes: number }) {
    this.#homes = homes;
    const name = `headroom-${process.pid}-${randomUUID()}`;
    for (const [controller, home] of Object.entries(homes)) {
      const folder = join(home.parent, name);
      mkdirSync(folder, { recursive: true });
      this.#folders.set(controller, folder);
    }
    this.#limit('pids', String(limits.processes));
    this.#limit('memory', String(limits.memoryBytes));
  }

  #limit(controller: 'pids' | 'memory', value: string): void {
    const folder = this.#folders.get(controller);
    const home = this.#homes[controller];
    if (folder && home) writeFileSync(join(folder, FILES[controller][home.version]), value);
  }

  get joinFiles(): string[] {
    return [...new Set([...this.#folders.values()].map((folder) => join(folder, 'cgroup.procs')))];
  }

  has(controller: Controller): boolean {
    return this.#folders.has(controller);
  }

  /** CPU that every process of the group has used, seconds; undefined without the controller. */
  cpuSeconds(): number | undefined {
    const folder = this.#folders.get('cpu');
    if (!folder) return undefined;
    if (this.#homes.cpu?.version === 1) return Number(readFileSync(join(folder, FILES.cpu[1]), 'utf8')) / 1e9;
    const usec = /^usage_usec (\d+)$/m.exec(readFileSync(join(folder, FILES.cpu[2]), 'utf8'))?.[1];
    return usec === undefined ? undefined : Number(usec) / 1e6;
  }

  /**
   * The bound that the kernel enforced, read when the run has ended; remembered, as the group goes away.
   */
  hitLimit: 'process-limit' | 'memory-limit' | undefined;

  /** Reads {@link hitLimit} while the group still exists. */
  readLimits(): void {
    this.hitLimit = this.#hitMemoryLimit() ? 'memory-limit' : this.refusedProcess() ? 'process-limit' : undefined;
  }

  /** Whether the kernel has refused a process or thread because of the bound. */
  refusedProcess(): boolean {
    const folder = this.#folders.get('pids');
    return folder !== undefined && /^max [1-9]/m.test(readOptional(join(folder, 'pids.events')));
  }

  #hitMemoryLimit(): boolean {
    const folder = this.#folders.get('memory');
    if (!folder) return false;
    const events = readOptional(
      join(folder, this.#homes.memory?.version === 1 ? 'memory.oom_control' : 'memory.events'),
    );
    return /^oom_kill [1-9]/m.test(events);
  }

  /** Ends every process of the group but one. */
  killAll(except: number): void {
    for (const file of this.joinFiles) {
      const pids = readOptional(file).split('\n').filter(Boolean).map(Number);
      for (const pid of pids) if (pid !== except) killQuietly(pid);
    }
  }

  /** Removes the group once its processes are gone; what still lives is ended. */
  async remove(): Promise<void> {
    for (const folder of new Set(this.#folders.values())) await removeGroup(folder);
  }
}

async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && existsSync(folder); attempt++) {
    try {
      rmdirSync(folder);
      return;
    } catch {
      // EBUSY: an ended process is still being taken down.
      for (const pid of readOptional(join(folder, 'cgroup.procs')).split('\n').filter(Boolean))
        killQuietly(Number(pid));
    }
    await delay(20);
  }
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
