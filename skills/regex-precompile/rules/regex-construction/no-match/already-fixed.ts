const SPLIT_PATTERN = new RegExp('[ ,]+');

export function split(text: string): string[] {
  return text.split(SPLIT_PATTERN);
}
