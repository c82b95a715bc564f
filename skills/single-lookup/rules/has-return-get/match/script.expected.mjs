export function lookup(pairs, key) {
  const known = new Map()
  for (const pair of pairs) known.set(pair, `${pair}!`)
  const known2 = known.get(key)
  if (known2 !== undefined) return known2
  ;[1, 2].forEach(n => { known.set(n, 'number') })
  return known.size
}

export function run(round) {
  return [lookup(['a', 'b'], 'a'), lookup(['a'], round)]
}
