export function orders(lines: string[]): unknown[] {
  const found: unknown[] = [];
  for (const line of lines) {
    const event = JSON.parse(line) as { kind: string };
    if (event.kind === 'order') found.push(event);
  }
  return found;
}
