import { accessSync, constants, existsSync, lstatSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { SANDBOX_UID, type SandboxHost } from './bubblewrap.arguments.js';
import { findControlGroups } from './control.group.js';
import { Sandbox, sandboxUnavailable } from './sandbox.js';
import type { SandboxMode } from './sandbox.types.js';

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  mode: SandboxMode;
  /** Where programs are looked for, as in PATH. @default the PATH of this process */
  path?: string;
  /** False leaves control groups alone; bounds then hold per process or by polling. @default true */
  controlGroups?: boolean;
}

/**
 * Finds out what this host offers and proves it with one real run.
 * @throws HeadroomError `HEADROOM_SANDBOX_UNAVAILABLE` with the way to get one, unless `mode` is `unsandboxed-allowed`:
 *   then a sandbox of kind `none` runs commands with bounds but without isolation and says so in each result
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const path = options.path ?? process.env['PATH'] ?? '';
  const ownDir = await mkdtemp(join(tmpdir(), 'headroom-sandbox-'));
  await chmod(ownDir, 0o755);
  const groups = options.controlGroups === false ? {} : findControlGroups();
  const guard = findProgram('setpriv', path) ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
  try {
    const host = await describeHost(path, ownDir);
    const proven = await firstThatWorks([
      { host, groups, guard, ownDir },
      { host: { ...host, disableUserns: false }, groups, guard, ownDir },
      { host, groups: {}, guard: [], ownDir },
    ]);
    return proven;
  } catch (error) {
    if (options.mode === 'unsandboxed-allowed') return new Sandbox({ groups, guard, ownDir });
    await rm(ownDir, { recursive: true, force: true });
    throw error;
  }
}

type Facilities = ConstructorParameters<typeof Sandbox>[0];

async function firstThatWorks(attempts: readonly Facilities[]): Promise<Sandbox> {
  let last: unknown;
  for (const facilities of attempts) {
    const sandbox = new Sandbox(facilities);
    try {
      await prove(sandbox, facilities.ownDir);
      return sandbox;
    } catch (error) {
      last = error;
    }
  }
  throw last instanceof HeadroomError ? last : sandboxUnavailable(messageOf(last), last);
}

async function prove(sandbox: Sandbox, ownDir: string): Promise<void> {
  const dir = join(ownDir, 'probe');
  await mkdir(dir, { recursive: true });
  const script = 'process.stdout.write(String(process.getuid()))';
  const result = await sandbox.run({ dir, command: ['node', '-e', script], timeoutMs: 30_000 });
  if (result.exitCode === 0 && result.stdout.text === String(SANDBOX_UID)) return;
  const said = result.stderr.text.trim().slice(0, 500) || `exit code ${result.exitCode}`;
  throw sandboxUnavailable(`bubblewrap is installed but a first run failed (${said})`);
}

async function describeHost(path: string, ownDir: string): Promise<SandboxHost> {
  const bwrap = findProgram('bwrap', path);
  if (!bwrap) throw sandboxUnavailable('bubblewrap (bwrap) is not installed');
  const root = process.getuid?.() === 0;
  for (const program of ['prlimit', ...(root ? ['setpriv'] : [])]) {
    if (!findProgram(program, '/usr/local/bin:/usr/bin:/bin'))
      throw sandboxUnavailable(`${program} (util-linux) is not installed`);
  }
  const npm = findNpm(path);
  return {
    bwrap,
    root,
    node: realpathSync(process.execPath),
    ...(npm ? { npm } : {}),
    topLevel: topLevel(),
    etc: ['/etc/ld.so.cache', '/etc/alternatives'].filter((each) => existsSync(each)),
    etcDir: writeEtc(ownDir),
    disableUserns: true,
  };
}

function topLevel(): Record<string, string> {
  const paths = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].filter((path) => existsSync(path));
  return Object.fromEntries(paths.map((path) => [path, lstatSync(path).isSymbolicLink() ? readlinkSync(path) : '']));
}

function writeEtc(ownDir: string): string {
  const files = {
    passwd: `root:x:0:0:root:/:/bin/sh\nsandbox:x:${SANDBOX_UID}:${SANDBOX_UID}:sandbox:/tmp:/bin/sh\n`,
    group: `root:x:0:\nsandbox:x:${SANDBOX_UID}:\n`,
    hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(ownDir, name), text, { mode: 0o644 });
  return ownDir;
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The folder of npm's package: beside Node.js, else behind the `npm` that PATH finds. */
function findNpm(path: string): string | undefined {
  const beside = join(dirname(realpathSync(process.execPath)), '../lib/node_modules/npm');
  if (existsSync(join(beside, 'bin/npm-cli.js'))) return beside;
  const program = findProgram('npm', path);
  const root = program && join(dirname(realpathSync(program)), '..');
  return root && existsSync(join(root, 'bin/npm-cli.js')) ? root : undefined;
}
