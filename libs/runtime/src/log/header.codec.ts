import type { RecordHeader } from './log.port.js';

const NULL_LENGTH = 0xffffffff;

/** Headers as bytes: for each, length and bytes of the name, then of the value; a null value has the length 2³²−1. */
export function encodeHeaders(headers: readonly RecordHeader[]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of headers) {
    const nameBytes = Buffer.from(name);
    const lengths = Buffer.allocUnsafe(8);
    lengths.writeUInt32LE(nameBytes.length, 0);
    lengths.writeUInt32LE(value === null ? NULL_LENGTH : value.length, 4);
    parts.push(lengths, nameBytes);
    if (value !== null) parts.push(value);
  }
  return Buffer.concat(parts);
}

/** The inverse of {@link encodeHeaders}. */
export function decodeHeaders(bytes: Uint8Array): RecordHeader[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers: RecordHeader[] = [];
  for (let at = 0; at < buffer.length;) {
    const nameLength = buffer.readUInt32LE(at);
    const valueLength = buffer.readUInt32LE(at + 4);
    const nameEnd = at + 8 + nameLength;
    const name = buffer.toString('utf8', at + 8, nameEnd);
    if (valueLength === NULL_LENGTH) {
      headers.push([name, null]);
      at = nameEnd;
      continue;
    }
    headers.push([name, buffer.subarray(nameEnd, nameEnd + valueLength)]);
    at = nameEnd + valueLength;
  }
  return headers;
}
