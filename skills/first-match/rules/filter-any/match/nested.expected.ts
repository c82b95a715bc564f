export class Matrix {
  readonly rows: number[][];

  constructor(rows: number[][]) {
    this.rows = rows;
  }

  mixed(): boolean {
    return this.rows.some((row) => row.some((n) => n > 0) && row.some((n) => n < 0));
  }
}

export function run(): unknown {
  return [new Matrix([[1], [-1]]).mixed(), new Matrix([[1, -1]]).mixed(), new Matrix([[Number.NaN, -0]]).mixed()];
}
