export function labels(names: readonly string[], prefix: string): string[] {
  return names.map((name) => `${prefix}${name}`);
}

export function run(round: number): unknown {
  return [labels(['a', 'b', 'a'], `${round}-`), labels([], '')];
}
