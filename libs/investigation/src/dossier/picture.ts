const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A row of bars, one a value, from nothing to the largest; `·` where a value does not count. */
export function barsOf(values: readonly { value: number; counts: boolean }[]): string {
  const largest = Math.max(...values.filter(({ counts }) => counts).map(({ value }) => value), 0);
  return values
    .map(({ value, counts }) => {
      if (!counts) return '·';
      if (largest <= 0) return BARS[0];
      return BARS[Math.min(BARS.length - 1, Math.floor((value / largest) * BARS.length))];
    })
    .join('');
}
