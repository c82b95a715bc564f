export function long(text, least) {
  const words = String(text).split(/\s+/)
  const seen = []
  words.forEach((word, index) => {
    if (word.length >= least) seen.push(`${index}:${word}`)
  })
  return seen.concat(words.filter(word => word.length < least))
}

export function run(round) {
  return long('the cat sat on the windowsill', round % 5)
}
