import type { SandboxOutcome } from './sandbox.types.js';

/**
 * What a program says when the kernel refuses it more: bounds of one process (data, file size) and of a sized disk leave no
 * other trace. Whole messages of the system and of V8, so that a test which merely speaks of them is not taken for one.
 */
const SIGNS: readonly (readonly [SandboxOutcome, RegExp])[] = [
  [
    'memory-limit',
    /JavaScript heap out of memory|Fatal process out of memory|Array buffer allocation failed|Failed to allocate memory|ENOMEM: |Cannot allocate memory|std::bad_alloc/,
  ],
  ['disk-limit', /ENOSPC: no space left|EFBIG: file too large|No space left on device|File size limit exceeded/],
  ['process-limit', /\bspawn \S+ EAGAIN|\bfork\b.*Resource temporarily unavailable|ERR_WORKER_INIT_FAILED/],
];

/** The bound that a failed command met, as told by what it wrote; undefined where it speaks of none. */
export function boundInOutput(output: string): SandboxOutcome | undefined {
  return SIGNS.find(([, sign]) => sign.test(output))?.[0];
}
