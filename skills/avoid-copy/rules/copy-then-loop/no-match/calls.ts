export function notify(listeners: (() => void)[]): void {
  for (const listener of [...listeners]) listener();
}
