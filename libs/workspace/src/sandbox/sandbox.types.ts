/** How a sandbox isolates: `bubblewrap`, or `none` where its absence was allowed. */
export type SandboxKind = 'bubblewrap' | 'none';

/** What happens without bubblewrap: a refusal, or an unsandboxed run that says so in every result. */
export type SandboxMode = 'required' | 'unsandboxed-allowed';

/** Bounds of one run. They hold for the whole process tree unless said otherwise. */
export interface SandboxLimits {
  /** Memory of the tree, bytes. @default 2 GiB */
  memoryBytes: number;
  /** Data segment of one process (RLIMIT_DATA), bytes; Node.js needs about 550 MB of it. @default 2 GiB */
  dataBytes: number;
  /** Processes and threads. @default 256 */
  processes: number;
  /** CPU of one process (RLIMIT_CPU), seconds. @default the time limit times the number of cores */
  cpuSeconds: number;
  /** Largest file (RLIMIT_FSIZE), bytes. @default 256 MiB */
  fileBytes: number;
  /** Growth of the working folder, bytes. @default 1 GiB */
  diskBytes: number;
  /** Size of the temporary folder, bytes; kept in memory. @default 256 MiB */
  scratchBytes: number;
  /** Open files of one process. @default 1024 */
  openFiles: number;
}

/** A folder or file that a run sees beside its working folder. */
export interface SandboxMount {
  /** Where it lies outside. A writable one is given to the sandbox's user; any other must be readable for everybody. */
  from: string;
  /** Absolute path inside; without a sandbox the run sees `from` itself. */
  to: string;
  /** @default false */
  writable?: boolean;
}

/** One command to run. */
export interface SandboxRun {
  /** Working folder, writable for the command; a copy that belongs to nobody else. It appears as `/target` inside. */
  dir: string;
  /** Folder inside `dir` in which the command starts, slashes between names. @default `dir` itself */
  cwd?: string;
  /** Words of the command; no shell is involved. */
  command: readonly string[];
  /** Environment beside PATH, HOME, CI, TZ and LANG; nothing else is passed on. @default {} */
  env?: Readonly<Record<string, string>>;
  /** Longest run, milliseconds. */
  timeoutMs: number;
  /** The command is ended when it has written more than this, bytes of both streams. @default 64 MiB */
  outputLimitBytes?: number;
  /** Bytes of each stream that the result keeps, half from its head and half from its tail. @default 64 KiB */
  keepOutputBytes?: number;
  /** `discard` sends both streams to /dev/null: reading them costs the host CPU. @default 'capture' */
  output?: 'capture' | 'discard';
  /** @default see {@link SandboxLimits} */
  limits?: Partial<SandboxLimits>;
  mounts?: readonly SandboxMount[];
  /** Ends the command; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * How a run ended. All but `exited` and `signalled` mean that it met a bound: the parent or the kernel ended it because of
 * that, or it failed and said that it was refused memory, disk or processes.
 */
export type SandboxOutcome =
  'exited' | 'signalled' | 'timeout' | 'output-limit' | 'memory-limit' | 'process-limit' | 'disk-limit';

/** What was kept of a stream. */
export interface CapturedOutput {
  /** Head and tail, with a line between them that says how much was left out. */
  text: string;
  /** Bytes that were written. */
  bytes: number;
  truncated: boolean;
}

/** What a run did. */
export interface SandboxResult {
  sandbox: SandboxKind;
  outcome: SandboxOutcome;
  /** As a shell reports it: 128 + number for a signal. */
  exitCode: number;
  /** Name of the signal that ended the command, as told by its exit code. */
  signal?: string;
  timedOut: boolean;
  stdout: CapturedOutput;
  stderr: CapturedOutput;
  /** CPU of the process tree, seconds, from the kernel; absent where it could not be read. */
  cpuSeconds?: number;
  /** Where the CPU figure is from: a control group, or the supervisor's waited-for children. */
  cpuSource: 'cgroup' | 'process-tree';
  wallMs: number;
  /** CPU that everything else on the host used meanwhile, cores; absent where there is no /proc. */
  restOfHostCores?: number;
  /** Bound → what held it, for example `processes: cgroup pids 256`; a bound that nothing held is missing. */
  enforcedLimits: Readonly<Record<string, string>>;
}
