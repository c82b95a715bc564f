export class Ranks {
  readonly #names: string[] = [];

  known(rows: string[][]): number {
    let count = 0;
    for (const row of rows) {
      for (const cell of row) if (this.#names.includes(cell)) count += 1;
    }
    return count;
  }
}
