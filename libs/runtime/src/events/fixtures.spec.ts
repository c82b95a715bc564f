import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  asyncApiDocument,
  contracts,
  eventNameOf,
  EventRefusedError,
  parseEvent,
  type EventContract,
  type HeadroomEvent,
} from '@headroom/contracts';
import { recordChecker } from '@headroom/testing';
import { encodeEvent, eventOf, type LogRecord } from '../index.js';

interface Entry {
  file: string;
  mode: 'binary' | 'structured';
  accepted: boolean;
  code?: string;
  path?: string;
}
interface Fixture {
  headers: Record<string, string>;
  value?: unknown;
  text?: string;
}

const folder = join(process.cwd(), '..', 'contracts', 'fixtures');
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const { fixtures: entries } = read('manifest.json') as { fixtures: Entry[] };
const named = (chosen: readonly Entry[]): [string, Entry][] => chosen.map((entry) => [entry.file, entry]);
const good = entries.filter((entry) => entry.accepted);
const bad = entries.filter((entry) => !entry.accepted);
const checkRecord = recordChecker(asyncApiDocument());

function contractOf({ file }: Entry): EventContract {
  const contract = contracts.find((each) => eventNameOf(each) === dirname(file));
  if (!contract) throw new Error(`the folder of ${file} is no event`);
  return contract;
}

function recordOf(entry: Entry): LogRecord {
  const { headers, value, text } = read(entry.file) as Fixture;
  return {
    topic: contractOf(entry).topic,
    partition: 0,
    offset: 0n,
    timestampMs: 0,
    key: null,
    value: Buffer.from(text ?? JSON.stringify(value)),
    headers: Object.entries(headers).map(([name, content]) => [name, Buffer.from(content)]),
  };
}

const asRead = (entry: Entry): HeadroomEvent | undefined => eventOf(recordOf(entry), contractOf(entry));

function refusalOf(readIt: () => unknown): EventRefusedError {
  try {
    readIt();
  } catch (error) {
    if (error instanceof EventRefusedError) return error;
    throw error;
  }
  throw new Error('the event was accepted');
}

describe('the golden events', () => {
  it('are all in the manifest, each once', () => {
    const files = globSync('*/*.json', { cwd: folder }).sort();

    expect(entries.map((entry) => entry.file).sort()).toEqual(files);
  });

  it('show both modes and refusals of everything that outsiders write', () => {
    for (const contract of contracts.filter((each) => each.audience === 'outsiders')) {
      const own = entries.filter((entry) => contractOf(entry) === contract);

      expect(own.map((entry) => entry.file)).toEqual(
        expect.arrayContaining(
          ['good-binary', 'good-structured'].map((name) => `${eventNameOf(contract)}/${name}.json`),
        ),
      );
      expect(own.filter((entry) => !entry.accepted).length).toBeGreaterThanOrEqual(4);
    }
  });

  it.each(named(good))('%s is read, whole', (_, entry) => {
    const { value } = read(entry.file) as Fixture;
    const given = (entry.mode === 'binary' ? value : (value as HeadroomEvent).data) as object;
    const event = asRead(entry);

    expect(given).toMatchObject(event?.data as object);
    expect(event?.type).toBe(contractOf(entry).type);
  });

  it.each(named(good.filter((entry) => entry.mode === 'structured')))('%s is taken as a value too', (_, entry) => {
    expect(parseEvent((read(entry.file) as Fixture).value).event).toEqual(asRead(entry));
  });

  it.each(named(good))('%s is what the AsyncAPI document describes, where it describes that mode', (_, entry) => {
    const described = entry.mode === 'binary' || contractOf(entry).audience === 'outsiders';

    expect(described ? checkRecord(recordOf(entry)) : []).toEqual([]);
  });

  it.each(named(good))('%s is the same event after we have written it', (_, entry) => {
    const contract = contractOf(entry);
    const event = asRead(entry)!;
    const written = { ...recordOf(entry), ...encodeEvent(contract, event), partition: 0 };

    expect(eventOf(written, contract)).toEqual({ datacontenttype: 'application/json', ...event });
  });

  it.each([...new Set(entries.map((entry) => dirname(entry.file)))])('%s has one event in both modes', (name) => {
    const both = ['binary', 'structured'].map((mode) =>
      entries.find((each) => each.file === `${name}/good-${mode}.json`)!,
    );
    const [binary, structured] = both.map(asRead);

    expect(binary).toEqual(structured);
  });

  it.each(named(bad))('%s is refused with its code and its path', (_, entry) => {
    const refusal = refusalOf(() => asRead(entry));

    expect(refusal.code).toBe(entry.code);
    expect(refusal.issues.map((issue) => issue.path)).toContain(entry.path);
    expect(refusal.retryable).toBe(false);
  });
});
