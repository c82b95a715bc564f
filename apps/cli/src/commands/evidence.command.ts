import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { readTrustedKeys, TRUSTED_KEYS_FILE, verifyEvidence } from '@headroom/verification';
import { keysDir } from '../data-directory.js';
import { EXIT, print, printJson } from '../output.js';

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new HeadroomError(`${file} cannot be read: ${messageOf(error)}`, {
      code: 'HEADROOM_INPUT_NOT_FOUND',
      cause: error,
    });
  }
}

/** Checks a record's signature and recomputes its verdict from the raw samples; needs no host and no network. */
export async function evidenceVerifyCommand(
  file: string,
  options: { data: string; keys?: string; json?: boolean },
): Promise<number> {
  const bytes = await read(file);
  const trustedKeys = await readTrustedKeys(options.keys ?? join(keysDir(options.data), TRUSTED_KEYS_FILE));
  const result = verifyEvidence(bytes, trustedKeys);
  if (options.json) {
    printJson(result.valid ? { valid: true, verdict: result.record.verdict, keyId: result.keyId } : result);
  } else if (result.valid) {
    const basis = result.record.measurement ? 'the raw samples' : 'what it records (there is no measurement in it)';
    print(`${file}: the signature is valid and the verdict, recomputed from ${basis}, is "${result.record.verdict}".`);
  } else {
    print(`${file}: REFUSED, ${result.reason}: ${result.message}`);
  }
  return result.valid ? EXIT.ok : EXIT.failed;
}
