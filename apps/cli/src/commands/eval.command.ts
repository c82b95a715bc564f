import { HeadroomError } from '@headroom/contracts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  evaluateOnRepository,
  evaluateRootCause,
  reportText,
  rootCauseShapes,
  rootCauseWorlds,
  type EvaluationReport,
} from '@headroom/investigation';
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
  /** A real repository instead of generated ones. */
  repository?: string;
  branch: string;
  json?: boolean;
}

/**
 * Judges the naming of root causes on generated histories, or on stretches of a real one.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_EVALUATION_GIT`, `HEADROOM_EVALUATION_HISTORY`, what opening a repository throws
 */
export async function evalRootCauseCommand(options: EvalRootCauseOptions): Promise<number> {
  const { seed, histories, json } = options;
  if (!Number.isInteger(seed) || !Number.isInteger(histories) || histories < 1) {
    throw new HeadroomError('The seed is a whole number, and --histories is one that is at least 1.', {
      code: 'HEADROOM_USAGE',
    });
  }
  const report = options.repository === undefined ? await onGenerated(options) : await onRepository(options);
  if (json) printJson(report);
  else print(reportText(report));
  return EXIT.ok;
}

async function onRepository({ repository, branch, seed, histories }: EvalRootCauseOptions): Promise<EvaluationReport> {
  const location = /^[\w+]+:\/\//.test(repository!) ? repository! : resolve(repository!);
  const cacheDir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
  try {
    return await evaluateOnRepository({ location, branch, cacheDir, seed, histories, version: version() });
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

async function onGenerated({ seed, histories, world, shape }: EvalRootCauseOptions): Promise<EvaluationReport> {
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
  return await evaluateRootCause({
    world: found,
    seed,
    histories,
    ...(shapes && { shapes }),
    version: version(),
    onShape: (name) => notice(`headroom: histories of the shape "${name}"`),
  });
}
