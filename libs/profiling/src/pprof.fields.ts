import { profileInvalid } from './profile.format.js';

/** A top-level field of a protobuf message: its bytes, or its number. */
export interface Field {
  readonly number: number;
  readonly bytes?: Uint8Array;
  readonly value?: number;
}

/**
 * Walks the fields of a protobuf message one after another, so that a large one is never decoded whole.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID` where it ends in the middle of a field
 */
export function* fieldsOf(bytes: Uint8Array, name: string): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1, count = 0; count < 10; count += 1, scale *= 128) {
      const byte = bytes[at];
      if (byte === undefined) break;
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw profileInvalid(`${name} is a pprof profile that is truncated or damaged at byte ${at}; send it again whole.`);
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) {
      throw profileInvalid(
        `${name} is a pprof profile that is truncated at byte ${bytes.length}; send it again whole.`,
      );
    }
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) yield { number, value: varint() };
    else if (tag % 8 === 2) yield { number, bytes: take(varint()) };
    else if (tag % 8 === 1) take(8);
    else if (tag % 8 === 5) take(4);
    else throw profileInvalid(`${name} is no pprof profile: byte ${at} starts no field; was it of another format?`);
  }
}
