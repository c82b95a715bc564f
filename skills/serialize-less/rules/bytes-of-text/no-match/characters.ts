export function characters(text: string): number {
  return [...text].length;
}
