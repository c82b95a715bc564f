/** Who calls one writes the name of its class. */
const CONSTRUCTORS = new Set(['constructor', '__init__', '__new__', '<init>']);

/** The name by which code calls a function. */
export function calledName(id: string): string {
  const symbol = id.slice(id.lastIndexOf(':') + 1).replace(/~\d+$/, '');
  const parts = symbol.split('.');
  const last = parts.at(-1)!;
  const name = CONSTRUCTORS.has(last) && parts.length > 1 ? parts.at(-2)! : last;
  return name.replace(/^(?:get|set) |^#/, '');
}
