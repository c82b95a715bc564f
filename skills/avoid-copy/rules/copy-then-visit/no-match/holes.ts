export function slots(size: number): string[] {
  const made: string[] = Array(size);
  return [...made].map((one) => String(one));
}
