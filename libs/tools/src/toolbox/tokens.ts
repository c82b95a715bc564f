const BYTES_PER_TOKEN = 3;

/**
 * How many tokens a text takes up in a model's context, estimated without its tokenizer: UTF-8 bytes ÷ 3, rounded up. English is
 * about 4.5 bytes a token, JSON with digits and digests about 3, so the estimate errs on the side of too many.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The most bytes of text that take up no more than so many estimated tokens. */
export function bytesWithin(tokens: number): number {
  return tokens * BYTES_PER_TOKEN;
}
