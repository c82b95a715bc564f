export function letters(text: string): string[] {
  return [...text].map((letter) => letter.toUpperCase());
}
