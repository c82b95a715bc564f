import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { HeadroomError, messageOf } from '@headroom/contracts';

/**
 * What a verb is given with the id of a case or with a file: the text of the file where there is one, else what is fetched of the case.
 * @throws HeadroomError `HEADROOM_INPUT_NOT_FOUND` for what can only be a file and cannot be read; what `fetch` throws
 */
export async function textOfCaseOrFile(which: string, fetch: (caseId: string) => Promise<string>): Promise<string> {
  const isFile = existsSync(which) || /[\\/.]/.test(which);
  if (!isFile) return fetch(which);
  try {
    return await readFile(which, 'utf8');
  } catch (cause) {
    const message = `${which} cannot be read: ${messageOf(cause)}. Name the id of a case, or a file.`;
    throw new HeadroomError(message, { code: 'HEADROOM_INPUT_NOT_FOUND', cause });
  }
}
