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

/** Appends a record with Apache's own client: what the client of this workspace cannot write. Prints `topic-partition@offset`. */
export async function appendWithJava(
  brokers: readonly string[],
  record: ForeignRecord,
  compression: 'none' | 'gzip' | 'snappy' = 'none',
): Promise<string> {
  const encoded = (bytes: Buffer | null): string => bytes?.toString('base64') ?? '-';
  const headers = record.headers.flatMap(([name, value]) => [name, encoded(value)]);
  const words = [brokers.join(','), compression, record.topic, encoded(record.key), encoded(record.value), ...headers];
  return (await runJava(program, words)).trim();
}
