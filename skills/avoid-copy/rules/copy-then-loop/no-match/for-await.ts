export async function drain(jobs: string[]): Promise<string> {
  let text = '';
  for await (const job of [...jobs]) text += job;
  return text;
}
