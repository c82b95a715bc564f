export function inSet(ids: Set<string>): boolean {
  return (ids as any).filter((id: string) => id !== '').length > 0;
}
