export function collect(rows) {
  // A stream of its own kind has a method of this name.
  return rows.reduce((all, row) => ({ ...all, [row.id]: row }), {});
}
