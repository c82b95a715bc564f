export function age(started: { read(): number }): number {
  return Math.floor(started.read() / 1000);
}
