export function send(listeners: (() => void)[]): void {
  // A listener may take itself off the list.
  [...listeners].forEach((listener) => listener());
}
