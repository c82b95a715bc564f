export function unknown(log: { debug(text: string): void }, words: string[]): void {
  for (const word of words) {
    log.debug(word.toUpperCase());
  }
}
