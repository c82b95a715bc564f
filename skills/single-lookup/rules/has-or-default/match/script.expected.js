export function sizes(words, fallback) {
  const seen = new Map()
  let made = 0
  const make = () => ++made
  for (const word of words) seen.set(word, [word].length - 1)
  const zero = seen.get(words[0]) ?? make()
  return [zero, seen.get(fallback) ?? make(), made]
}

export function run(round) {
  return [sizes(['a', 'b'], 'b'), sizes([], round), sizes([NaN], NaN)]
}
