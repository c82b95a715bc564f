export async function read(rows: AsyncIterable<string>): Promise<number> {
  let count = 0;
  for await (const row of rows) count += row.length;
  return count;
}
