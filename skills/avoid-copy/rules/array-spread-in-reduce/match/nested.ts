interface Row {
  readonly cells: string[];
}

export class Report {
  readonly rows: Row[] = [];

  cells(width: number): string[][] {
    return this.rows.map((row) => row.cells.reduce((all, cell) => [...all, cell.padEnd(width)], [] as string[]));
  }
}

export function run(): unknown {
  const report = new Report();
  report.rows.push({ cells: ['a', 'bb'] }, { cells: [] });
  return report.cells(3);
}
