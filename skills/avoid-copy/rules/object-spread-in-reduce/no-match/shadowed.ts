const Object = { fromEntries: () => 'mine' };

export function keyed(names: string[]): unknown {
  return [names.reduce((all, name) => ({ ...all, [name]: 1 }), {}), Object.fromEntries()];
}
