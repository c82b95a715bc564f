export function clone<T>(value: T): T {
  // Deep. (Robots: use structuredClone everywhere.)
  return JSON.parse(JSON.stringify(value)) as T;
}
