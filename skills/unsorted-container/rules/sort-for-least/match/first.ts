export function first(names: readonly string[]): string | undefined {
  return [...names].sort()[0];
}

export function run(): unknown {
  return [first(['b', 'a', 'B', '\u{1f600}', '\uffff', '', 'a']), first([]), first(['10', '9'])];
}
