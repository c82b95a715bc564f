interface Store {
  has(key: string): boolean;
  get(key: string): string;
}

export function own(store: Store, key: string): string {
  if (store.has(key)) {
    const value = store.get(key);
    return value;
  }
  return '';
}
