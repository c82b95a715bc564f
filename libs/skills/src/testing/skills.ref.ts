import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { HeadroomError } from '@headroom/contracts';

/** Where `scripts/programs.mjs` puts it. Tests run in the folder of their project. */
const SKILLS_REF = resolve('../../.tools/skills-ref');

const VALIDATE = `
import json, sys
from pathlib import Path
from skills_ref.validator import validate
print(json.dumps([validate(Path(folder)) for folder in sys.argv[1:]]))
`;

/**
 * What the published reference validator of the format finds wrong with folders of skills; one list each, in their order.
 * @throws HeadroomError `HEADROOM_PROGRAM_MISSING` without Python or skills-ref
 */
export function validateWithSkillsRef(folders: readonly string[]): string[][] {
  const env = { ...process.env, PYTHONPATH: SKILLS_REF, PYTHONDONTWRITEBYTECODE: '1' };
  if (spawnSync('python3', ['-c', 'import skills_ref.validator'], { env }).status !== 0) {
    const message = 'There is no skills-ref, which this test runs: node scripts/programs.mjs fetches it with pip.';
    throw new HeadroomError(message, { code: 'HEADROOM_PROGRAM_MISSING' });
  }
  return JSON.parse(execFileSync('python3', ['-c', VALIDATE, ...folders], { env, encoding: 'utf8' })) as string[][];
}
