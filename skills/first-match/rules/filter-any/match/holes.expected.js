export function anyEmpty() {
  const slots = [1, , Number.NaN]
  if (slots.some(slot => slot === undefined)) return 'a hole counts'
  return slots.some(slot => slot !== slot)
}

export function run() {
  return anyEmpty()
}
