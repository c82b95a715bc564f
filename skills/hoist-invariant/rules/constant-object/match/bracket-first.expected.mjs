const BYTES_TEXT_ENCODER = new TextEncoder();

[1, 2].map((x) => x + 1)

export function bytes(text) {
  return BYTES_TEXT_ENCODER.encode(text).length
}

export const run = () => bytes('ä')
