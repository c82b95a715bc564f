import { spawnSync } from 'node:child_process';
import { HeadroomError } from '@headroom/contracts';

/** A program that a test runs. */
export interface RequiredProgram {
  /** What is run to see that it is there. */
  probe: readonly [string, ...string[]];
  /** Its name, and how it is installed. */
  name: string;
  install: string;
}

/**
 * Makes sure of a program: a test that is left out for want of one would look like a test that passed.
 * @throws HeadroomError `HEADROOM_PROGRAM_MISSING` with what to install
 */
export function requireProgram({ probe: [command, ...words], name, install }: RequiredProgram): void {
  if (spawnSync(command, words, { stdio: 'ignore' }).status === 0) return;
  throw new HeadroomError(`There is no ${name}, which this test profiles with: install it (${install}).`, {
    code: 'HEADROOM_PROGRAM_MISSING',
  });
}
