export function anyEmpty() {
  const slots = [1, , Number.NaN]
  if (slots.filter(slot => slot === undefined).length !== 0) return 'a hole counts'
  return !!slots.filter(slot => slot !== slot).length
}

export function run() {
  return anyEmpty()
}
