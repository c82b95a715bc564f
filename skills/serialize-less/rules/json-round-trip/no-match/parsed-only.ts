export function parsed(text: string): unknown {
  return JSON.parse(text);
}
