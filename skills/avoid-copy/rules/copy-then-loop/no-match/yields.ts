export function* pages(items: string[]): Generator<string> {
  for (const item of [...items]) yield item;
}
