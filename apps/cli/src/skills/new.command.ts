import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { lintSkills, PLAYBOOK_KINDS, SCAFFOLD_LANGUAGES, scaffoldSkill, type ScaffoldOptions } from '@headroom/skills';
import { EXIT, print, printJson } from '../output.js';
import { printProblems } from './lint.command.js';

/** Options of `headroom skills new`, as they are written. */
export interface NewOptions {
  /** Folder of skills. */
  dir: string;
  kind: string;
  playbook: string;
  language: string;
  json?: boolean | undefined;
}

/** One of some words. */
function oneOf<Word extends string>(option: string, words: readonly Word[], written: string): Word {
  const found = words.find((word) => word === written);
  if (found !== undefined) return found;
  throw new HeadroomError(`--${option} is one of ${words.join(', ')}, not "${written}".`, { code: 'HEADROOM_USAGE' });
}

function checked(name: string, { kind, playbook, language }: NewOptions): ScaffoldOptions {
  const checkedKind = oneOf('kind', ['mitigation', 'opportunity'], kind);
  return {
    name,
    kind: checkedKind,
    side: checkedKind === 'mitigation' ? 'defense' : 'offense',
    playbook: oneOf('playbook', [...PLAYBOOK_KINDS, 'none'], playbook),
    language: oneOf('language', Object.keys(SCAFFOLD_LANGUAGES) as (keyof typeof SCAFFOLD_LANGUAGES)[], language),
  };
}

/**
 * Begins a skill and says what its author has to fill.
 * @throws HeadroomError `HEADROOM_USAGE` for a name that no skill can have, one that is taken, another option, or a folder that
 *   cannot be written
 */
export async function skillsNewCommand(name: string, options: NewOptions): Promise<number> {
  const { dir, json } = options;
  const folder = resolve(dir);
  const files = scaffoldSkill(checked(name, options));
  if (existsSync(join(folder, name))) {
    throw new HeadroomError(`${join(dir, name)} is there already; choose another name.`, { code: 'HEADROOM_USAGE' });
  }
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  } catch (cause) {
    const message = `Nothing can be written into ${dir}: ${messageOf(cause)}. Name another folder with --dir.`;
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE', cause });
  }
  const missing = (await lintSkills(folder)).filter(({ skill }) => skill === name);
  if (json) printJson({ files: Object.keys(files), missing: missing.map(({ problem }) => problem) });
  else {
    for (const path of Object.keys(files)) print(`wrote ${join(dir, path)}`);
    print('What is missing; "headroom skills lint" says it again:');
    printProblems(missing);
  }
  return EXIT.ok;
}
