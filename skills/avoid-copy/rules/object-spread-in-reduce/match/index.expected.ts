interface User {
  readonly id: string;
  readonly age: number;
}

export function indexById(users: readonly User[]): Record<string, number> {
  return Object.fromEntries(users.map((user) => [user.id, user.age])) as Record<string, number>;
}

export function run(): unknown {
  const ids = ['b', '10', '2', 'b', '__proto__', 'constructor', ''];
  const made = indexById(ids.map((id, index) => ({ id, age: index === 3 ? -0 : index === 4 ? Number.NaN : index })));
  return [made, Object.keys(made), Object.getPrototypeOf(made) === Object.prototype, indexById([])];
}
