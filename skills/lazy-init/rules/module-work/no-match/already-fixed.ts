let text: string | undefined;

export function fixed(read: () => string): string {
  return (text ??= read());
}
