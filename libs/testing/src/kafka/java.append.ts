import { fileURLToPath } from 'node:url';
import { runJava } from './kafka.jars.js';

/** A record as any client may write it: header values may be null. */
export interface ForeignRecord {
  topic: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly (readonly [name: string, value: Buffer | null])[];
}

const program = fileURLToPath(new URL('../../kafka/AppendRecord.java', import.meta.url));

/** A word of the program's input: base64, `-` for null, `=` for no bytes. */
function wordOf(bytes: Buffer | null): string {
  if (bytes === null) return '-';
  return bytes.length === 0 ? '=' : bytes.toString('base64');
}

function lineOf({ topic, key, value, headers }: ForeignRecord): string {
  const words = headers.flatMap(([name, text]) => [wordOf(Buffer.from(name)), wordOf(text)]);
  return [topic, wordOf(key), wordOf(value), ...words].join(' ');
}

/**
 * Appends records, one after another, with Apache's own client: what the client of this workspace cannot write. Prints
 * `topic-partition@offset` a line.
 */
export async function appendWithJava(
  brokers: readonly string[],
  records: ForeignRecord | readonly ForeignRecord[],
  compression: 'none' | 'gzip' | 'snappy' = 'none',
): Promise<string> {
  const lines = [records].flat().map((each) => `${lineOf(each as ForeignRecord)}\n`);
  const printed = await runJava(program, [brokers.join(','), compression], { input: lines.join('') });
  return printed.trim();
}
