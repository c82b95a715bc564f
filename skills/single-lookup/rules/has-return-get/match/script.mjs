export function lookup(pairs, key) {
  const known = new Map()
  for (const pair of pairs) known.set(pair, `${pair}!`)
  if (known.has(key)) return known.get(key)
  ;[1, 2].forEach(n => { known.set(n, 'number') })
  return known.size
}

export function run(round) {
  return [lookup(['a', 'b'], 'a'), lookup(['a'], round)]
}
