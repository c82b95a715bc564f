export function names(ids: string[], known: Map<string, string>, spare: Map<string, string>): string[] {
  return ids.map((id) => {
    const own = `#${id}`;
    const text = (name: string) => `${spare.has(name) ? spare.get(name)! : own}`;
    return known.has(id) ? known.get(id)! : text(id);
  });
}

export function run(): unknown {
  return names(['a', 'b', 'c'], new Map([['a', '']]), new Map([['a', 'no'], ['b', 'yes']]));
}
