export function broken(text: string): boolean {
  try {
    return new RegExp('(').test(text);
  } catch {
    return false;
  }
}
