export function numbers(text: string): number[] {
  try {
    return text.split(new RegExp(' *, *')).map(Number);
  } catch (error) {
    throw new Error('no numbers', { cause: error });
  }
}
