export function first(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.reduce((least, text) => (text < least ? text : least));
}

export function run(): unknown {
  return [first(['b', 'a', 'B', '\u{1f600}', '\uffff', '', 'a']), first([]), first(['10', '9'])];
}
