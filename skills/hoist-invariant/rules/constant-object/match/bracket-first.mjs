[1, 2].map((x) => x + 1)

export function bytes(text) {
  return new TextEncoder().encode(text).length
}

export const run = () => bytes('ä')
