const registry: Record<string, number> = {};

function register(name: string): void {
  registry[name] = 1;
}

export function visit(names: string[]): number {
  let most = 0;
  for (const name of names) {
    register(name);
    most = Math.max(most, Object.keys(registry).length);
  }
  return most;
}
