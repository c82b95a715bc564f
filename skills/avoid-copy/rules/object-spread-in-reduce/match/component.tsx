interface Line {
  name: string;
  price: number;
}

export function Totals({ lines }: { lines: Line[] }) {
  const rows: Line[] = lines;
  const prices = rows.reduce((all, line) => ({ ...all, [line.name]: line.price }), {});
  return <pre>{JSON.stringify(prices)}</pre>;
}
