const NUMBERS_PATTERN = new RegExp(' *, *');

export function numbers(text: string): number[] {
  try {
    return text.split(NUMBERS_PATTERN).map(Number);
  } catch (error) {
    throw new Error('no numbers', { cause: error });
  }
}
