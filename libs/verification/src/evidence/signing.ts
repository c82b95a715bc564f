import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, HeadroomError, messageOf, sha256 } from '@headroom/contracts';
import { z } from 'zod';
import { signedEvidenceSchema, type EvidenceRecord } from './evidence.schema.js';
import { conclude, measurementFlaw } from './verdict.js';

/** Name of the private key in a data directory, mode 0600. */
export const PRIVATE_KEY_FILE = 'evidence-signing-key.pem';
/** Name of the list of public keys in a data directory. */
export const TRUSTED_KEYS_FILE = 'evidence-trusted-keys.json';

/** Largest evidence file that is read, bytes. */
const MAX_EVIDENCE_BYTES = 16_777_216;

/** Signs evidence; held by the verifier's controller alone. */
export interface Signer {
  /** Derived from the public key. */
  keyId: string;
  sign(bytes: Uint8Array): Uint8Array;
}

/** Public keys whose evidence is believed, by key id. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

const trustedFileSchema = z.strictObject({
  keys: z.array(z.strictObject({ keyId: z.string(), algorithm: z.literal('ed25519'), publicKey: z.string() })),
});

/** Key id of a public key: `ed25519:` and 32 digits of its hash. */
export function keyIdOf(publicKey: KeyObject): string {
  return `ed25519:${sha256(publicKey.export({ type: 'spki', format: 'der' })).slice(0, 32)}`;
}

/**
 * The key pair of a data directory, made when missing: the private key in `evidence-signing-key.pem` (mode 0600), the public
 * one in `evidence-trusted-keys.json`, which holds all keys that are believed here.
 * @throws HeadroomError `HEADROOM_SIGNING_KEY_INVALID`, `HEADROOM_TRUSTED_KEYS_INVALID`
 */
export async function ensureKeyPair(
  dir: string,
): Promise<{ signer: Signer; trustedKeys: TrustedKeys; trustedKeysFile: string }> {
  await mkdir(dir, { recursive: true });
  const privateKey = await readOrMakePrivateKey(join(dir, PRIVATE_KEY_FILE));
  const signer = signerOf(privateKey);
  const trustedKeysFile = join(dir, TRUSTED_KEYS_FILE);
  const trustedKeys = await addTrustedKeys(trustedKeysFile, new Map([[signer.keyId, createPublicKey(privateKey)]]));
  return { signer, trustedKeys, trustedKeysFile };
}

function signerOf(privateKey: KeyObject): Signer {
  const keyId = keyIdOf(createPublicKey(privateKey));
  return { keyId, sign: (bytes) => sign(null, bytes, privateKey) };
}

/**
 * The signing key of a folder; makes none.
 * @throws HeadroomError `HEADROOM_SIGNING_KEY_MISSING`, `HEADROOM_SIGNING_KEY_INVALID`
 */
export async function readSigner(dir: string): Promise<Signer> {
  const path = join(dir, PRIVATE_KEY_FILE);
  const key = await readPrivateKey(path);
  if (key) return signerOf(key);
  throw new HeadroomError(`There is no signing key ${path}. Make a pair with "headroom keys create --out ${dir}".`, {
    code: 'HEADROOM_SIGNING_KEY_MISSING',
  });
}

/**
 * Adds public keys to a list of trusted ones, which is made when missing; those that it holds already stay.
 * @throws HeadroomError `HEADROOM_TRUSTED_KEYS_INVALID`
 */
export async function addTrustedKeys(path: string, keys: TrustedKeys): Promise<TrustedKeys> {
  const known = await readTrustedKeys(path).catch((error: unknown) => {
    if (error instanceof HeadroomError && error.code === 'HEADROOM_TRUSTED_KEYS_MISSING')
      return new Map<string, KeyObject>();
    throw error;
  });
  const all = new Map([...known, ...keys]);
  if (all.size > known.size) await writeTrustedKeys(path, all);
  return all;
}

async function readOrMakePrivateKey(path: string): Promise<KeyObject> {
  return (await readPrivateKey(path)) ?? makePrivateKey(path);
}

async function readPrivateKey(path: string): Promise<KeyObject | undefined> {
  let key: KeyObject;
  try {
    key = createPrivateKey(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalidKey(path, error);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw invalidKey(path);
}

function invalidKey(path: string, cause?: unknown): HeadroomError {
  return new HeadroomError(`${path} is not an Ed25519 private key in PEM form. Move it away to have a new one made.`, {
    code: 'HEADROOM_SIGNING_KEY_INVALID',
    cause,
  });
}

// Written aside and linked into place: of two processes that start at once, both use the key of the first.
async function makePrivateKey(path: string): Promise<KeyObject> {
  const aside = `${path}.${randomUUID()}.tmp`;
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeDurably(aside, pem.toString(), 0o600);
  try {
    await link(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
  return createPrivateKey(await readFile(path, 'utf8'));
}

async function writeTrustedKeys(path: string, keys: TrustedKeys): Promise<void> {
  const list = [...keys].map(([keyId, key]) => ({
    keyId,
    algorithm: 'ed25519',
    publicKey: key.export({ type: 'spki', format: 'pem' }).toString(),
  }));
  const aside = `${path}.${randomUUID()}.tmp`;
  await writeDurably(aside, `${JSON.stringify({ keys: list }, undefined, 2)}\n`, 0o644);
  await rename(aside, path);
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Reads a list of trusted public keys.
 * @throws HeadroomError `HEADROOM_TRUSTED_KEYS_MISSING`, `HEADROOM_TRUSTED_KEYS_INVALID`
 */
export async function readTrustedKeys(path: string): Promise<TrustedKeys> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw new HeadroomError(`The trusted keys ${path} cannot be read (${messageOf(error)}).`, {
      code: 'HEADROOM_TRUSTED_KEYS_MISSING',
      cause: error,
    });
  }
  try {
    const { keys } = trustedFileSchema.parse(JSON.parse(content));
    return new Map(keys.map((each) => [each.keyId, trustedKey(each)]));
  } catch (error) {
    throw new HeadroomError(`${path} is not a list of trusted keys (${messageOf(error)}).`, {
      code: 'HEADROOM_TRUSTED_KEYS_INVALID',
      cause: error,
    });
  }
}

function trustedKey({ keyId, publicKey }: { keyId: string; publicKey: string }): KeyObject {
  const key = createPublicKey(publicKey);
  if (key.asymmetricKeyType !== 'ed25519' || keyIdOf(key) !== keyId) throw new Error(`the key ${keyId} has another id`);
  return key;
}

/** The bytes of a signed record: canonical JSON, so that the same record always has the same content hash. */
export function signEvidence(record: EvidenceRecord, signer: Signer): Uint8Array {
  const value = Buffer.from(signer.sign(Buffer.from(canonicalJson(record)))).toString('base64');
  const signature = { algorithm: 'ed25519', keyId: signer.keyId, value };
  return Buffer.from(canonicalJson({ record, signature }));
}

/** Why a record is not believed. */
export type EvidenceFlaw =
  | 'too-large'
  | 'not-json'
  | 'schema-invalid'
  | 'signer-unknown'
  | 'signature-invalid'
  | 'samples-inconsistent'
  | 'verdict-mismatch';

/** What checking a record found. */
export type EvidenceCheck =
  { valid: true; record: EvidenceRecord; keyId: string } | { valid: false; reason: EvidenceFlaw; message: string };

/**
 * Checks a signed record offline: form, signature by a trusted key, and that its own raw samples lead to its verdict.
 */
export function verifyEvidence(bytes: Uint8Array, trustedKeys: TrustedKeys): EvidenceCheck {
  if (bytes.length > MAX_EVIDENCE_BYTES) return flaw('too-large', `It has ${bytes.length} bytes.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return flaw('not-json', `It is not JSON: ${messageOf(error)}`);
  }
  const parsed = signedEvidenceSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return flaw('schema-invalid', `$.${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const { record, signature } = parsed.data;
  const key = trustedKeys.get(signature.keyId);
  if (!key || record.signer !== signature.keyId) {
    return flaw('signer-unknown', `It is signed by ${signature.keyId}, which is not among the trusted keys.`);
  }
  if (!verify(null, Buffer.from(canonicalJson(record)), key, Buffer.from(signature.value, 'base64'))) {
    return flaw('signature-invalid', 'The signature does not belong to this record: it was changed or forged.');
  }
  return recomputed(record, signature.keyId);
}

function recomputed(record: EvidenceRecord, keyId: string): EvidenceCheck {
  const problem = record.measurement && measurementFlaw(record.measurement);
  if (problem) return flaw('samples-inconsistent', `In the raw samples, ${problem}.`);
  const { verdict, stopped, looks } = conclude(record);
  const same =
    verdict === record.verdict &&
    canonicalJson(stopped ?? null) === canonicalJson(record.stopped ?? null) &&
    canonicalJson(looks) === canonicalJson(record.measurement?.looks ?? []);
  if (same) return { valid: true, record, keyId };
  return flaw(
    'verdict-mismatch',
    `The record says "${record.verdict}"; its own samples lead to "${verdict}" or to other figures.`,
  );
}

function flaw(reason: EvidenceFlaw, message: string): EvidenceCheck {
  return { valid: false, reason, message };
}
