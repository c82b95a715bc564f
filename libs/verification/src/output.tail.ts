const TAIL = 1500;

/**
 * The end of what a command wrote, for a sentence: lines of stack traces and empty lines left out, at most 1,500
 * characters.
 */
export function outputTail(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^\s+at\s/.test(line));
  return lines.join('\n').trim().slice(-TAIL);
}
