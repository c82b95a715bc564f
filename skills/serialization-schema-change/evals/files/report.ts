export function serializeReport(rows: readonly string[]): string {
  const copied = [...rows].sort();
  return JSON.stringify({ rows: copied });
}
