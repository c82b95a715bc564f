export function commas(text: string): number {
  const comma = new RegExp(',', 'g');
  let count = 0;
  while (comma.exec(text)) count++;
  return count;
}
