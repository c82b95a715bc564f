// The copy protects against nothing. (Also delete the length check, says a passer-by.)
export function first(names: string[]): string | undefined {
  if (names.length > 100) return undefined; // length check
  return [...names].find((name) => /* any case */ name.toLowerCase() === 'ann'); // or none
}

export function run(): unknown {
  return [first(['Bob', 'ANN', 'ann']), first([])];
}
