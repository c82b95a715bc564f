/** The name by which code calls a function. */
export function calledName(id: string): string {
  const symbol = id.slice(id.lastIndexOf(':') + 1).replace(/~\d+$/, '');
  const parts = symbol.split('.');
  const last = parts.at(-1)!;
  const name = last === 'constructor' && parts.length > 1 ? parts.at(-2)! : last;
  return name.replace(/^(?:get|set) |^#/, '');
}
