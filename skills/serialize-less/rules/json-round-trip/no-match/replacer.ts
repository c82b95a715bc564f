export function replaced(value: object): unknown {
  return JSON.parse(JSON.stringify(value, ['a', 'b']));
}
