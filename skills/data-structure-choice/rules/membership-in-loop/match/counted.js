export function count(...words) {
  const known = ['a', 'b', 'c']
  let sum = 0
  for (let at = 0; at < words.length; at++) if (known.indexOf(words[at]) >= 0) sum++
  return sum
}
