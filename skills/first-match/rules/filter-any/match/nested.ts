export class Matrix {
  readonly rows: number[][];

  constructor(rows: number[][]) {
    this.rows = rows;
  }

  mixed(): boolean {
    return this.rows.some((row) => row.filter((n) => n > 0).length > 0 && row.filter((n) => n < 0).length >= 1);
  }
}

export function run(): unknown {
  return [new Matrix([[1], [-1]]).mixed(), new Matrix([[1, -1]]).mixed(), new Matrix([[Number.NaN, -0]]).mixed()];
}
