/**
 * Keeps one warning of Node.js from standard error: the Kafka client sets a timer in the past at every connection, which is
 * harmless, and which nobody who runs Headroom can change.
 */
export function muteKnownWarnings(): void {
  const emit = process.emitWarning.bind(process) as (...words: unknown[]) => void;
  process.emitWarning = (...words: unknown[]) => {
    if (words[1] !== 'TimeoutNegativeWarning') emit(...words);
  };
}
