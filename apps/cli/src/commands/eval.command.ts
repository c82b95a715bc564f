import { HeadroomError } from '@headroom/contracts';
import { evaluateRootCause, reportText, rootCauseShapes, rootCauseWorlds } from '@headroom/investigation';
import { version } from '../installation.js';
import { EXIT, notice, print, printJson } from '../output.js';

/** Options of `headroom eval root-cause`. */
export interface EvalRootCauseOptions {
  seed: number;
  /** Of each shape. */
  histories: number;
  world: string;
  /** @default all */
  shape?: string[];
  json?: boolean;
}

/**
 * Judges the naming of root causes on generated histories.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_EVALUATION_GIT`
 */
export async function evalRootCauseCommand({
  seed,
  histories,
  world,
  shape,
  json,
}: EvalRootCauseOptions): Promise<number> {
  if (!Number.isInteger(seed) || !Number.isInteger(histories) || histories < 1) {
    throw new HeadroomError('The seed is a whole number, and --histories is one that is at least 1.', {
      code: 'HEADROOM_USAGE',
    });
  }
  const found = rootCauseWorlds.find((each) => each.name === world);
  if (!found) {
    const names = rootCauseWorlds.map(({ name }) => name).join(' or ');
    throw new HeadroomError(`There is no world "${world}"; write ${names}.`, { code: 'HEADROOM_USAGE' });
  }
  const shapes = shape?.map((name) => {
    const known = rootCauseShapes.find((each) => each === name);
    if (known) return known;
    throw new HeadroomError(`There is no shape "${name}"; write one or more of ${rootCauseShapes.join(', ')}.`, {
      code: 'HEADROOM_USAGE',
    });
  });
  const report = await evaluateRootCause({
    world: found,
    seed,
    histories,
    ...(shapes && { shapes }),
    version: version(),
    onShape: (name) => notice(`headroom: histories of the shape "${name}"`),
  });
  if (json) printJson(report);
  else print(reportText(report));
  return EXIT.ok;
}
