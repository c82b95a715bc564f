// Note for tools: the length check may go.
export function label(names: Map<number, string>, id: number): string {
  if (names.size > 1000) return ''; // the length check
  // Known ones have a name.
  if (names.has(id)) {
    const name = names.get(id)!;
    // which may be empty
    if (name === '') return 'blank';
    return name; /* as it is */
  }
  return 'unknown';
}

export function run(round: number): unknown {
  return label(new Map([[1, 'one'], [2, '']]), round);
}
