import type { VerificationSettings } from '@headroom/platform';
import type { Sandbox, SandboxLimits, SandboxResult, SandboxRun } from '@headroom/workspace';
import type { ServiceUnderTest } from './candidate.types.js';

const MEBIBYTE = 1_048_576;

/** What one command of a service needs beside what is configured. */
export type TargetRun = Pick<
  SandboxRun,
  'dir' | 'command' | 'env' | 'timeoutMs' | 'output' | 'outputLimitBytes' | 'keepOutputBytes' | 'mounts'
>;

/** Runs the commands of a service as it is configured: in its folder, with its variables, within its limits. */
export class TargetCommands {
  readonly sandbox: Sandbox;
  readonly #service: ServiceUnderTest;
  readonly #limits: VerificationSettings['limits'];
  readonly #signal: AbortSignal | undefined;

  constructor(parts: {
    sandbox: Sandbox;
    service: ServiceUnderTest;
    verification: VerificationSettings;
    signal?: AbortSignal;
  }) {
    this.sandbox = parts.sandbox;
    this.#service = parts.service;
    this.#limits = parts.verification.limits;
    this.#signal = parts.signal;
  }

  /**
   * Runs one command in a checkout of the repository.
   * @throws as `Sandbox.run`
   */
  run(request: TargetRun): Promise<SandboxResult> {
    const { outputMiB } = this.#limits;
    return this.sandbox.run({
      outputLimitBytes: outputMiB * MEBIBYTE,
      ...request,
      cwd: this.#service.repository?.path,
      env: joined(this.#service.env ?? {}, request.env ?? {}),
      limits: boundsOf(this.#limits),
      signal: this.#signal,
    });
  }
}

function boundsOf({ memoryMiB, processes, diskMiB }: VerificationSettings['limits']): Partial<SandboxLimits> {
  const memoryBytes = memoryMiB * MEBIBYTE;
  // Node.js reserves far more data than it uses: only the tree's memory is bounded more tightly than by default.
  const dataBytes = Math.max(memoryBytes, 2048 * MEBIBYTE);
  return { memoryBytes, dataBytes, processes, diskBytes: diskMiB * MEBIBYTE };
}

/** The service's own options of Node.js and its folders of Python stay beside those of a run. */
function joined(own: Readonly<Record<string, string>>, run: Readonly<Record<string, string>>): Record<string, string> {
  const options = [own['NODE_OPTIONS'], run['NODE_OPTIONS']].filter(Boolean).join(' ');
  const folders = [run['PYTHONPATH'], own['PYTHONPATH']].filter(Boolean).join(':');
  return { ...own, ...run, ...(options && { NODE_OPTIONS: options }), ...(folders && { PYTHONPATH: folders }) };
}
