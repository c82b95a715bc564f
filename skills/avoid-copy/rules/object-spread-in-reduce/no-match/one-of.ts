export function size(xs: string[], key: string): number | undefined {
  return xs.reduce((all, x) => ({ ...all, [x]: x.length }), {} as Record<string, number>)[key];
}
