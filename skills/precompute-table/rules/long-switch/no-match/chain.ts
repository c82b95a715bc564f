export function chain(code: number): string {
  if (code === 1) return 'one';
  return code === 2 ? 'two' : 'many';
}
