export function once(text: string): unknown {
  return JSON.parse(text);
}
