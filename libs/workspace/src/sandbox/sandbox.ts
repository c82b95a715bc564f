import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { hostCpuSeconds } from '@headroom/platform';
import { boundInOutput } from './bound.signs.js';
import { baseEnvironment, bubblewrapCommand, resourceLimits, type SandboxHost } from './bubblewrap.arguments.js';
import { ControlGroup, type ControlGroupHomes } from './control.group.js';
import { DiskWatch } from './disk.usage.js';
import { treeResidentBytes, treeTasks } from './process.tree.js';
import { prepareFolder } from './sandbox.folder.js';
import type {
  SandboxKind,
  SandboxLimits,
  SandboxMount,
  SandboxOutcome,
  SandboxResult,
  SandboxRun,
} from './sandbox.types.js';
import { SupervisedProcess } from './supervised.process.js';

const MEBIBYTE = 1_048_576;
const DEFAULT_OUTPUT_LIMIT = 64 * MEBIBYTE;

/** How often bounds are looked at that no kernel feature holds. */
const WATCH_INTERVAL_MS = 250;

/** What a sandbox was found to be able to do. */
export interface SandboxFacilities {
  /** Absent = no isolation. */
  host?: SandboxHost;
  groups: ControlGroupHomes;
  /** Words that end a process when its parent dies. */
  guard: readonly string[];
  /** Folder of the sandbox's own files, removed by {@link Sandbox.close}. */
  ownDir: string;
}

/** Runs commands that nobody vouches for. Made by {@link createSandbox}. */
export class Sandbox {
  readonly kind: SandboxKind;
  readonly #facilities: SandboxFacilities;

  constructor(facilities: SandboxFacilities) {
    this.#facilities = facilities;
    this.kind = facilities.host ? 'bubblewrap' : 'none';
  }

  /**
   * Gives a working folder to the sandbox's user, as {@link run} does before its first command in it: from then on nothing but
   * commands changes it.
   */
  async prepare(dir: string): Promise<void> {
    await prepareFolder(dir, this.#changesOwner);
  }

  get #changesOwner(): boolean {
    return this.#facilities.host?.root === true;
  }

  /**
   * Runs one command to its end, or to the first bound that it meets: network none, environment cleared, an unprivileged
   * user, bounded CPU, memory, processes, output, disk and time; what it started ends with it.
   * @throws the signal's reason when aborted; HeadroomError `HEADROOM_COMMAND_NOT_STARTED`, `HEADROOM_HOST_UNSUPPORTED`
   */
  async run(request: SandboxRun): Promise<SandboxResult> {
    request.signal?.throwIfAborted();
    const limits = withDefaults(request);
    const size = await prepareFolder(request.dir, this.#changesOwner);
    for (const mount of request.mounts ?? []) if (mount.writable) await prepareFolder(mount.from, this.#changesOwner);
    const disk = await DiskWatch.start(request.dir, limits.diskBytes, size);
    const home = await mkdtemp(join(tmpdir(), 'headroom-home-'));
    try {
      return await this.#supervise(request, limits, disk, home);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }

  async #supervise(request: SandboxRun, limits: SandboxLimits, disk: DiskWatch, home: string): Promise<SandboxResult> {
    const { groups, guard } = this.#facilities;
    // The supervisor and bubblewrap itself are counted too.
    const group = new ControlGroup(groups, { processes: limits.processes + 8, memoryBytes: limits.memoryBytes });
    let outcome: SandboxOutcome | 'aborted' | undefined;
    const outputLimit = request.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT;
    const stop = (why: SandboxOutcome | 'aborted'): void => {
      if (outcome !== undefined) return;
      outcome = why;
      supervised.kill();
    };
    const cpuBefore = hostCpuSeconds();
    const startedAt = performance.now();
    const supervised = new SupervisedProcess({
      guard,
      group,
      command: this.#command(request, limits, home),
      cwd: this.#facilities.host ? '/' : join(request.dir, request.cwd ?? ''),
      output: request.output ?? 'capture',
      keepOutputBytes: request.keepOutputBytes ?? 65_536,
      onOutput: (bytes) => bytes > outputLimit && stop('output-limit'),
    });
    const onAbort = (): void => stop('aborted');
    request.signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => stop('timeout'), request.timeoutMs);
    const watch = setInterval(() => {
      if (!group.has('memory') && treeResidentBytes(supervised.pid) > limits.memoryBytes) stop('memory-limit');
      // Whoever forks without end goes on asking: the first refusal is the end.
      const refused = group.has('pids') ? group.refusedProcess() : treeTasks(supervised.pid) >= limits.processes;
      if (refused) stop('process-limit');
      // A disk that cannot be read any more cannot be guarded: that ends the run as well.
      disk.exceeded().then(
        (exceeded) => exceeded && stop('disk-limit'),
        () => stop('disk-limit'),
      );
    }, WATCH_INTERVAL_MS);
    try {
      const ended = await supervised.ended();
      const wallMs = performance.now() - startedAt;
      if (outcome === 'aborted') throw request.signal?.reason;
      const [stdout, stderr] = [supervised.stdout.result(), supervised.stderr.result()];
      const rest = hostCpuSeconds() - cpuBefore - (ended.cpuSeconds ?? 0);
      return {
        sandbox: this.kind,
        ...concluded(outcome, ended.exitCode, group.hitLimit, `${stdout.text}\n${stderr.text}`),
        stdout,
        stderr,
        ...(ended.cpuSeconds === undefined
          ? {}
          : { cpuSeconds: ended.cpuSeconds, restOfHostCores: Math.max(0, rest / (wallMs / 1000)) }),
        cpuSource: ended.cpuSource,
        wallMs,
        enforcedLimits: this.#enforced(limits, request),
      };
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      request.signal?.removeEventListener('abort', onAbort);
      await group.remove();
    }
  }

  #command(request: SandboxRun, limits: SandboxLimits, home: string): string[] {
    const { host, groups } = this.#facilities;
    const mounts = request.mounts ?? [];
    const env = request.env ?? {};
    if (host) {
      const countProcesses = groups.pids === undefined;
      return bubblewrapCommand(host, { ...request, dir: request.dir, mounts, env, limits, countProcesses });
    }
    const path = `${join(process.execPath, '..')}:/usr/local/bin:/usr/bin:/bin`;
    const words = Object.entries({ ...baseEnvironment(path, home), ...env }).map(([name, value]) => `${name}=${value}`);
    // Without a user of its own, counting processes per user would count the caller's.
    return ['env', '-i', ...words, ...resourceLimits(limits, false), ...request.command];
  }

  #enforced(limits: SandboxLimits, request: SandboxRun): Record<string, string> {
    const { host, groups } = this.#facilities;
    const outputLimit = request.outputLimitBytes ?? DEFAULT_OUTPUT_LIMIT;
    const always = {
      time: `${request.timeoutMs} ms, by the parent`,
      ...(outputLimit === Number.POSITIVE_INFINITY ? {} : { output: `${outputLimit} bytes, by the parent` }),
      cpu: `${Math.ceil(limits.cpuSeconds)} s of each process, RLIMIT_CPU`,
      memory: groups.memory
        ? `${limits.memoryBytes} bytes of the tree, control group`
        : `${limits.memoryBytes} bytes of the tree, polled by the parent`,
      data: `${limits.dataBytes} bytes of each process, RLIMIT_DATA`,
      file: `${limits.fileBytes} bytes, RLIMIT_FSIZE`,
      disk: `${limits.diskBytes} bytes of growth, polled by the parent`,
    };
    const processes = groups.pids ? `${limits.processes}, control group` : `${limits.processes}, RLIMIT_NPROC`;
    if (!host) return groups.pids ? { ...always, processes } : always;
    return {
      ...always,
      processes,
      network: 'none, namespace',
      environment: 'cleared',
      files: 'working folder and system programs only, namespace',
      user: host.root ? 'unprivileged user without capabilities' : 'user namespace without capabilities',
      scratch: `${limits.scratchBytes} bytes, sized tmpfs`,
    };
  }

  /** Where a command finds a mount: a sandbox has paths of its own. */
  pathOf(mount: SandboxMount): string {
    return this.kind === 'none' ? mount.from : mount.to;
  }

  /** Removes the sandbox's own files. */
  async close(): Promise<void> {
    await rm(this.#facilities.ownDir, { recursive: true, force: true });
  }
}

function concluded(
  stopped: SandboxOutcome | undefined,
  exitCode: number,
  hitLimit: SandboxOutcome | undefined,
  output: string,
): Pick<SandboxResult, 'outcome' | 'exitCode' | 'signal' | 'timedOut'> {
  const signal = exitCode > 128 ? signalName(exitCode - 128) : undefined;
  const bound = exitCode === 0 ? undefined : (hitLimit ?? boundInOutput(output));
  const outcome = stopped ?? bound ?? (signal ? 'signalled' : 'exited');
  return { outcome, exitCode, ...(signal ? { signal } : {}), timedOut: stopped === 'timeout' };
}

function withDefaults(request: SandboxRun): SandboxLimits {
  return {
    memoryBytes: 2048 * MEBIBYTE,
    dataBytes: 2048 * MEBIBYTE,
    processes: 256,
    cpuSeconds: Math.max(1, (request.timeoutMs / 1000) * availableParallelism()),
    fileBytes: 256 * MEBIBYTE,
    diskBytes: 1024 * MEBIBYTE,
    scratchBytes: 256 * MEBIBYTE,
    openFiles: 1024,
    ...request.limits,
  };
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

/** An error for a sandbox that cannot be had, with the way to get it. */
export function sandboxUnavailable(why: string, cause?: unknown): HeadroomError {
  return new HeadroomError(
    `No sandbox: ${why}. Install bubblewrap (package "bubblewrap") and util-linux, and allow user namespaces ` +
      '(sysctl user.max_user_namespaces > 0; kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0 ' +
      'where those exist), or run the verifier as root.',
    { code: 'HEADROOM_SANDBOX_UNAVAILABLE', cause },
  );
}
