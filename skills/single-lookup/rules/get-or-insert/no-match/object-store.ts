interface Store {
  has(key: string): boolean;
  get(key: string): string[];
  set(key: string, value: string[]): void;
}

export function store(groups: Store, key: string): void {
  if (!groups.has(key)) groups.set(key, []);
  groups.get(key).push(key);
}
