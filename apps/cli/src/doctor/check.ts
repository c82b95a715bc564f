import { HeadroomError, messageOf } from '@headroom/contracts';

/** What a check found. */
export interface Finding {
  /** `skipped`: nothing to check was named; `warning`: it works, but not as it should. */
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  message: string;
  /** Of a warning or failure. */
  code?: string;
  /** What to do, of a warning or failure. */
  fix?: string;
}

/** One thing that is checked. */
export interface Check {
  name: string;
  run: (signal: AbortSignal) => Promise<Finding | Finding[]>;
}

/** A finding and what it is about. */
export type CheckedFinding = Finding & { check: string };

/** Longest run of one check, milliseconds. */
const CHECK_WITHIN_MS = 30_000;

export const ok = (message: string): Finding => ({ status: 'ok', message });
export const skipped = (message: string): Finding => ({ status: 'skipped', message });
export const failed = (code: string, message: string, fix: string): Finding => ({
  status: 'failed',
  code,
  message,
  fix,
});
export const warning = (code: string, message: string, fix: string): Finding => ({
  status: 'warning',
  code,
  message,
  fix,
});

/** A thrown error as a finding: its message says what to do unless a fix is named. */
export function failure(error: unknown, fix: string): Finding {
  return failed(error instanceof HeadroomError ? error.code : 'HEADROOM_UNEXPECTED', messageOf(error), fix);
}

async function guarded({ name, run }: Check): Promise<CheckedFinding[]> {
  const signal = AbortSignal.timeout(CHECK_WITHIN_MS);
  const late = new Promise<Finding>((resolve) => {
    const message = `no answer within ${CHECK_WITHIN_MS / 1000} s`;
    signal.addEventListener('abort', () =>
      resolve(failed('HEADROOM_CHECK_TIMEOUT', message, 'Look at what it depends on: it hangs.')),
    );
  });
  try {
    const findings = await Promise.race([run(signal), late]);
    return [findings].flat().map((finding) => ({ check: name, ...finding }));
  } catch (error) {
    return [{ check: name, ...failure(error, 'The message says what is wrong.') }];
  }
}

/** Runs every check, one after another; a bad dependency never keeps another one from being looked at. */
export async function runChecks(checks: readonly Check[]): Promise<CheckedFinding[]> {
  const findings: CheckedFinding[] = [];
  for (const check of checks) findings.push(...(await guarded(check)));
  return findings;
}
