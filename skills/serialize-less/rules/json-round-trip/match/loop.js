export function all(values) {
  const copies = []
  for (const value of values) copies.push(JSON.parse(JSON.stringify(value)))
  return copies
}
