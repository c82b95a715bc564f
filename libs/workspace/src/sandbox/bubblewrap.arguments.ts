import type { SandboxLimits, SandboxMount } from './sandbox.types.js';

/** User and group inside the sandbox. */
export const SANDBOX_UID = 65_534;

/** What of the host a sandbox is built from, found once. */
export interface SandboxHost {
  bwrap: string;
  /** Whether the caller is root: then the sandbox changes the user itself, else a user namespace does. */
  root: boolean;
  /** The running Node.js. */
  node: string;
  /** Folder of npm's own package, where there is one. */
  npm?: string;
  /** `/bin`, `/lib` and their like: where each is a link, its target; else an empty text. */
  topLevel: Readonly<Record<string, string>>;
  /** Files and folders of /etc that programs need, those that exist. */
  etc: readonly string[];
  /** Folder with `passwd`, `group`, `hosts` and `nsswitch.conf` of the sandbox. */
  etcDir: string;
  /** Whether bubblewrap can forbid further user namespaces inside. */
  disableUserns: boolean;
}

/** What one run adds. */
export interface BubblewrapRun {
  dir: string;
  /** Folder inside it in which the command starts. */
  cwd?: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  limits: SandboxLimits;
  mounts: readonly SandboxMount[];
  /** Whether processes are counted per user, for want of a control group. */
  countProcesses: boolean;
}

/** Environment of every run: nothing of the caller's. */
export function baseEnvironment(path: string, home: string): Record<string, string> {
  return { PATH: path, HOME: home, TMPDIR: home, CI: 'true', TZ: 'UTC', LANG: 'C.UTF-8' };
}

/** Words of `prlimit` that set the bounds of each process. */
export function resourceLimits(limits: SandboxLimits, countProcesses: boolean): string[] {
  const words = [
    'prlimit',
    `--cpu=${Math.ceil(limits.cpuSeconds)}`,
    `--fsize=${limits.fileBytes}`,
    `--data=${limits.dataBytes}`,
    `--nofile=${limits.openFiles}`,
    '--core=0',
  ];
  return [...words, ...(countProcesses ? [`--nproc=${limits.processes}`] : []), '--'];
}

/** The whole command line of bubblewrap for one run. */
export function bubblewrapCommand(host: SandboxHost, run: BubblewrapRun): string[] {
  const env = { ...baseEnvironment('/opt/bin:/usr/local/bin:/usr/bin:/bin', '/tmp'), ...run.env };
  return [
    host.bwrap,
    ...isolation(host),
    ...fileSystem(host, run),
    '--remount-ro',
    '/',
    '--chdir',
    run.cwd ? `/target/${run.cwd}` : '/target',
    '--clearenv',
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...INIT,
    ...resourceLimits(run.limits, run.countProcesses),
    ...(host.root ? dropUser() : []),
    ...run.command,
  ];
}

/**
 * First process of the namespace. It waits for the command, and bubblewrap for it: bubblewrap's own first process is left to
 * the host's, and the CPU of everything below it would be in nobody's account. It keeps the caller's user: bubblewrap, which ends it
 * when it ends itself, may signal no other one.
 */
const INIT = ['/bin/sh', '-c', '"$@"; exit $?', 'init'];

function isolation(host: SandboxHost): string[] {
  const common = ['--as-pid-1', '--die-with-parent', '--new-session', '--hostname', 'sandbox', '--cap-drop', 'ALL'];
  if (host.root) {
    const namespaces = ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'];
    return [
      ...namespaces,
      ...common,
      ...['SETUID', 'SETGID', 'SETPCAP'].flatMap((each) => ['--cap-add', `CAP_${each}`]),
    ];
  }
  const user = ['--unshare-all', '--unshare-user', '--uid', String(SANDBOX_UID), '--gid', String(SANDBOX_UID)];
  return [...user, ...common, ...(host.disableUserns ? ['--disable-userns'] : [])];
}

function fileSystem(host: SandboxHost, run: BubblewrapRun): string[] {
  const folders = ['/etc', '/opt', '/opt/bin', '/opt/node', '/opt/node/bin'];
  return [
    ...folders.flatMap((path) => ['--perms', '0755', '--dir', path]),
    '--ro-bind',
    '/usr',
    '/usr',
    ...Object.entries(host.topLevel).flatMap(([path, target]) =>
      target === '' ? ['--ro-bind', path, path] : ['--symlink', target, path],
    ),
    ...host.etc.flatMap((path) => ['--ro-bind', path, path]),
    ...['passwd', 'group', 'hosts', 'nsswitch.conf'].flatMap((name) => [
      '--ro-bind',
      `${host.etcDir}/${name}`,
      `/etc/${name}`,
    ]),
    ...mounted('--ro-bind', host.node, '/opt/node/bin/node'),
    ...mounted('--symlink', '/opt/node/bin/node', '/opt/bin/node'),
    ...npmWords(host),
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    ...memoryFolder('/tmp', run.limits.scratchBytes),
    // Shared memory is memory on a disk of its own: bounded like the temporary folder.
    ...memoryFolder('/dev/shm', run.limits.scratchBytes),
    ...mounted('--bind', run.dir, '/target'),
    ...parentsOf(run.mounts).flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...run.mounts.flatMap((mount) => [mount.writable ? '--bind' : '--ro-bind', mount.from, mount.to]),
  ];
}

// bubblewrap makes missing parents for itself alone; the sandbox's user must pass them.
function parentsOf(mounts: readonly SandboxMount[]): string[] {
  const parents = mounts.flatMap(({ to }) => to.split('/').map((_, index, parts) => parts.slice(0, index).join('/')));
  return [...new Set(parents.filter(Boolean))].sort();
}

function npmWords(host: SandboxHost): string[] {
  if (host.npm === undefined) return [];
  const links = ['npm', 'npx'].flatMap((name) => ['--symlink', `/opt/npm/bin/${name}-cli.js`, `/opt/bin/${name}`]);
  return ['--ro-bind', host.npm, '/opt/npm', ...links];
}

function dropUser(): string[] {
  const id = String(SANDBOX_UID);
  return [
    'setpriv',
    `--reuid=${id}`,
    `--regid=${id}`,
    '--clear-groups',
    '--bounding-set=-all',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--no-new-privs',
    '--',
  ];
}

function mounted(how: '--bind' | '--ro-bind' | '--symlink', from: string, to: string): string[] {
  return [how, from, to];
}

function memoryFolder(path: string, bytes: number): string[] {
  return ['--perms', '1777', '--size', String(bytes), '--tmpfs', path];
}
