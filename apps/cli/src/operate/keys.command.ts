import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { addTrustedKeys, ensureKeyPair, PRIVATE_KEY_FILE, TRUSTED_KEYS_FILE } from '@headroom/verification';
import { EXIT, print, printJson } from '../output.js';

/** Options of `headroom keys create`. */
export interface KeysOptions {
  /** Folder of the pair, for the verifier. */
  out: string;
  /** Folder that gets the public keys only, for pr-writer and gateway. */
  trusted?: string;
  json?: boolean;
}

/**
 * Makes the verifier's key pair; one that is there is kept. With `trusted`, its public keys are added to those of a second
 * folder, so that evidence of an earlier key stays valid.
 */
export async function keysCreateCommand(options: KeysOptions): Promise<number> {
  const out = resolve(options.out);
  const { signer, trustedKeys, trustedKeysFile } = await ensureKeyPair(out);
  const written = [join(out, PRIVATE_KEY_FILE), trustedKeysFile];
  if (options.trusted) {
    const folder = resolve(options.trusted);
    await mkdir(folder, { recursive: true });
    const file = join(folder, TRUSTED_KEYS_FILE);
    await addTrustedKeys(file, trustedKeys);
    written.push(file);
  }
  if (options.json) printJson({ keyId: signer.keyId, files: written });
  else print([`The signing key is ${signer.keyId}.`, ...written.map((file) => `  ${file}`)].join('\n'));
  return EXIT.ok;
}
