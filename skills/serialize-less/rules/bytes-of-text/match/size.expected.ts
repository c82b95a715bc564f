export function size(text: string): number {
  return Buffer.byteLength(text);
}

export function run(round: number): unknown {
  return ['', 'é', '\u{1f600}', '\ud800', '\udc00x', `${round}`].map((text) => size(text));
}
