interface Table {
  [name: string]: number;
}

export class Codes {
  decode(table: Table, codes: number[]): string[] {
    const found: string[] = [];
    const tableKeys = Object.keys(table);
    if (codes.length > 0)
      for (const code of codes) {
        let name = '?';
        for (const key of tableKeys) {
          if (table[key] === code) name = key;
        }
        found.push(name);
      }
    return found;
  }
}

export function run(): unknown {
  return new Codes().decode({ a: 1, b: 2 }, [2, 3, 1]);
}
