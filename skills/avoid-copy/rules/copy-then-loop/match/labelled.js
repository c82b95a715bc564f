export function pick(text) {
  const words = String(text).split(',')
  const found = []
  outer: for (const word of words.slice()) {
    for (const letter of 'xyz') {
      if (word.includes(letter)) continue outer
    }
    found.push(word)
    if (found.length === 2) break
  }
  return found
}

export function run() {
  return pick('ax,b,cy,,d')
}
