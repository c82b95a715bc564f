import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSandbox, type Sandbox, type SandboxResult, type SandboxRun } from '@headroom/workspace';
import { failed, failure, ok, type Check, type Finding } from './check.js';

/** Nest 12 is ESM only, and its tools require that from here on. */
const MINIMUM_NODE = [24, 9] as const;
const MEBIBYTE = 1_048_576;

/** A run that must be ended by its bound. */
interface BoundProof {
  bound: string;
  script: string;
  run: Pick<SandboxRun, 'limits' | 'outputLimitBytes'> & { timeoutMs?: number };
  held: (result: SandboxResult) => boolean;
}

/** With this a script ends that was refused what it tried. */
const REFUSED = 7;

const PROOFS: readonly BoundProof[] = [
  {
    bound: 'time',
    script: 'for (;;);',
    run: { timeoutMs: 1_000 },
    held: ({ outcome }) => outcome === 'timeout',
  },
  {
    bound: 'memory',
    script: `const kept = []; setInterval(() => kept.push(Buffer.alloc(${16 * MEBIBYTE}, 1)), 10)`,
    run: { limits: { memoryBytes: 256 * MEBIBYTE } },
    held: ({ outcome }) => outcome === 'memory-limit',
  },
  {
    bound: 'processes',
    script: `for (let i = 0; i < 100; i += 1) require('node:child_process').spawn('sleep', ['3']).on('error', () => process.exit(${REFUSED}))`,
    run: { limits: { processes: 48 } },
    held: ({ outcome, exitCode }) => outcome === 'process-limit' || exitCode === REFUSED,
  },
  {
    bound: 'output',
    script: `setInterval(() => process.stdout.write('x'.repeat(65536)), 1)`,
    run: { outputLimitBytes: MEBIBYTE },
    held: ({ outcome }) => outcome === 'output-limit',
  },
  {
    bound: 'no network',
    script: `require('node:net').connect(9, '192.0.2.1').on('error', ({ code }) => process.exit(code === 'ENETUNREACH' ? ${REFUSED} : 1))`,
    run: { timeoutMs: 5_000 },
    held: ({ exitCode }) => exitCode === REFUSED,
  },
];

/** The Node.js that runs this. */
export const nodeCheck: Check = {
  name: 'node',
  run: () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const [wantedMajor, wantedMinor] = MINIMUM_NODE;
    if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) {
      return Promise.resolve(ok(`Node.js ${process.version}`));
    }
    const fix = `Install Node.js ${MINIMUM_NODE.join('.')} or later.`;
    return Promise.resolve(failed('HEADROOM_NODE_TOO_OLD', `Node.js ${process.version} is too old`, fix));
  },
};

/** Git, which every stage but detector and gateway calls. */
export const gitCheck: Check = {
  name: 'git',
  run: async (signal) => {
    try {
      const { stdout } = await promisify(execFile)('git', ['--version'], { signal });
      return ok(stdout.trim());
    } catch (error) {
      return failed('HEADROOM_GIT_MISSING', `git cannot be run (${(error as Error).message})`, 'Install git.');
    }
  },
};

async function boundHolds(sandbox: Sandbox, { script, run, held }: BoundProof, signal: AbortSignal): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-doctor-'));
  try {
    return held(await sandbox.run({ dir, command: ['node', '-e', script], timeoutMs: 10_000, ...run, signal }));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function boundsOf(sandbox: Sandbox, signal: AbortSignal): Promise<Finding> {
  const broken: string[] = [];
  for (const proof of PROOFS) if (!(await boundHolds(sandbox, proof, signal))) broken.push(proof.bound);
  if (broken.length === 0) return ok(`bubblewrap; seen to hold: ${PROOFS.map(({ bound }) => bound).join(', ')}`);
  return failed(
    'HEADROOM_SANDBOX_UNBOUNDED',
    `bubblewrap runs, but these bounds do not hold: ${broken.join(', ')}`,
    'Let the process write to control groups (pids, memory), or run it as an unprivileged user.',
  );
}

/** Whether target code can be isolated here, and which bounds hold. */
export const sandboxCheck: Check = {
  name: 'sandbox',
  run: async (signal) => {
    let sandbox: Sandbox | undefined;
    try {
      sandbox = await createSandbox({ mode: 'required' });
      return await boundsOf(sandbox, signal);
    } catch (error) {
      return failure(error, 'Install bubblewrap and allow user namespaces; only the verifier needs it.');
    } finally {
      await sandbox?.close();
    }
  },
};
