import { fileURLToPath } from 'node:url';
import { runJava } from './kafka.jars.js';

/** A record as any client may write it: header values may be null, and names may repeat. */
export interface ForeignRecord {
  topic: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly (readonly [name: string, value: Buffer | null])[];
}

const program = (name: string): string => fileURLToPath(new URL(`../../kafka/${name}.java`, import.meta.url));

/** A word of the programs' lines: base64, `-` for null, `=` for no bytes. */
function wordOf(bytes: Buffer | null): string {
  if (bytes === null) return '-';
  return bytes.length === 0 ? '=' : bytes.toString('base64');
}

function bytesOf(word: string): Buffer | null {
  if (word === '-') return null;
  return Buffer.from(word === '=' ? '' : word, 'base64');
}

function lineOf({ topic, key, value, headers }: ForeignRecord): string {
  const words = headers.flatMap(([name, text]) => [wordOf(Buffer.from(name)), wordOf(text)]);
  return [topic, wordOf(key), wordOf(value), ...words].join(' ');
}

function recordOf(topic: string, line: string): ForeignRecord {
  const [key = null, value = null, ...words] = line.split(' ').map(bytesOf);
  const headers: [string, Buffer | null][] = [];
  for (let at = 0; at < words.length; at += 2) headers.push([String(words[at]), words[at + 1] ?? null]);
  return { topic, key, value, headers };
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
  const lines = [records].flat().map((each) => `${lineOf(each)}\n`);
  const words = [brokers.join(','), compression];
  return (await runJava(program('AppendRecord'), words, { input: lines.join('') })).trim();
}

/** The records of a topic as Apache's own client reads them, partition by partition. */
export async function readWithJava(brokers: readonly string[], topic: string): Promise<ForeignRecord[]> {
  const printed = await runJava(program('ReadRecords'), [brokers.join(','), topic]);
  return printed
    .split('\n')
    .filter(Boolean)
    .map((line) => recordOf(topic, line));
}
