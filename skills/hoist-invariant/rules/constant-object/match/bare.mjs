import { inspect } from 'node:util'
;[1, 2].map((x) => inspect(x))

export function bytes(text) {
  return new TextEncoder().encode(text).length
}

export const run = () => bytes('ä')
