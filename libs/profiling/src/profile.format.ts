import { gunzipSync } from 'node:zlib';
import { HeadroomError, messageOf } from '@headroom/contracts';

/** Formats of profiles that are read. `collapsed` is one `frame;frame count` a line, root first. */
export const PROFILE_FORMATS = ['cpuprofile', 'pprof', 'collapsed', 'speedscope'] as const;
export type ProfileFormat = (typeof PROFILE_FORMATS)[number];

/** Most bytes of a profile once unpacked: 256 MiB. */
export const DEFAULT_MAX_PROFILE_BYTES = 256 * 1024 * 1024;

/** A refusal of a profile: code `HEADROOM_PROFILE_INVALID`, one sentence with what to try. */
export function profileInvalid(message: string, cause?: unknown): HeadroomError {
  return new HeadroomError(message, { code: 'HEADROOM_PROFILE_INVALID', cause });
}

/**
 * The bytes of a profile, unpacked where they are gzip.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID` for truncated or damaged gzip, an empty profile, or more than `maxBytes`
 */
export function unpackedProfile(bytes: Uint8Array, name: string, maxBytes: number): Uint8Array {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipped(bytes, name, maxBytes) : bytes;
  if (plain.length === 0) throw profileInvalid(`${name} is empty; record for longer.`);
  if (plain.length > maxBytes) throw tooLarge(name, maxBytes);
  return plain;
}

function gunzipped(bytes: Uint8Array, name: string, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: unpackedSize(bytes, maxBytes) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(name, maxBytes);
    throw profileInvalid(
      `${name} is gzip that cannot be unpacked (${messageOf(error)}): it is truncated or damaged, send it again whole.`,
      error,
    );
  }
}

/** Size that gzip says of itself at its end (RFC 1952, ISIZE): unpacked in one chunk, it is not held twice. */
function unpackedSize(bytes: Uint8Array, maxBytes: number): number {
  const trailer = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const said = bytes.byteLength < 4 ? 0 : trailer.getUint32(bytes.byteLength - 4, true);
  return Math.min(maxBytes, Math.max(64 * 1024, said + 1));
}

function tooLarge(name: string, maxBytes: number): HeadroomError {
  return profileInvalid(`${name} has more than ${maxBytes} bytes once unpacked; record for a shorter time.`);
}

const HEAD_BYTES = 65_536;

/**
 * The format of an unpacked profile, by its content.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID` where it is none that is known
 */
export function detectProfileFormat(bytes: Uint8Array, name: string): ProfileFormat {
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
  const start = head.trimStart();
  if (start.startsWith('{')) return isSpeedscope(bytes, start) ? 'speedscope' : 'cpuprofile';
  const first = head.split('\n').find((line) => !/^\s*(?:\s\d+\s*)?$/.test(line)) ?? '';
  if (looksLikePprof(bytes)) return 'pprof';
  if (/^[^\p{Cc}\uFFFD]*[^\p{Cc}\s\uFFFD]\s+\d+\s*$/u.test(first)) return 'collapsed';
  throw profileInvalid(
    `${name} is no profile of a known format (${PROFILE_FORMATS.join(', ')}); name its format, or export it as pprof or collapsed stacks.`,
  );
}

/** Bytes that text does not have, and a first field that the message has; its fields may come in any order. */
function looksLikePprof(bytes: Uint8Array): boolean {
  const isBinary = bytes.subarray(0, 1024).some((byte) => byte < 9);
  const [tag = 0] = bytes;
  return isBinary && [0, 2].includes(tag % 8) && tag >> 3 >= 1 && tag >> 3 <= 15;
}

// Exporters differ in the order of fields, so the schema may stand at the end of a large file.
function isSpeedscope(bytes: Uint8Array, head: string): boolean {
  const tail = new TextDecoder().decode(bytes.subarray(-HEAD_BYTES));
  return /speedscope\.app\/file-format-schema|"shared"\s*:\s*\{\s*"frames"/.test(`${head}\n${tail}`);
}
