interface Row {
  readonly cells: string[];
}

export class Table {
  readonly #rows: Row[] = [{ cells: ['a', ''] }, { cells: ['b'] }];

  count(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const row of Array.from(this.#rows)) {
      for (const cell of [...row.cells]) {
        counts.set(cell, (counts.get(cell) ?? 0) + 1);
      }
    }
    return counts;
  }
}

export function run(): unknown {
  return new Table().count();
}
