import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const recordSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('call'),
    f: z.string().max(2000),
    k: z.string().max(64),
    r: z.string().max(64),
    o: z.boolean(),
    w: z.string().max(200).optional(),
    p: z.tuple([z.string().max(400), z.string().max(400)]).optional(),
  }),
  z.object({ t: z.literal('log'), l: z.string().max(64), c: z.string().max(5000) }),
  z.object({ t: z.literal('over'), f: z.string().max(2000) }),
]);

/** Calls of one function with the same arguments. */
export interface RecordedCase {
  /** Results of calls from outside the recorded functions, with their counts. */
  outer: Map<string, number>;
  /** Results of calls from within them. */
  inner: Map<string, number>;
  /** Arguments, shortened. */
  args: string;
}

/** What one instrumented run did. */
export interface RunRecords {
  /** Function id → digest of the arguments → results. */
  calls: Map<string, Map<string, RecordedCase>>;
  /** Digest of a result → its text, shortened. */
  results: Map<string, string>;
  /** Level and content, joined by a line break → count. */
  logs: Map<string, number>;
  /** Function id → what it gives that cannot be compared, such as `a generator`; of a function with a digest of its text. */
  incomparable: Map<string, Set<string>>;
  /** Functions with more calls than are recorded. */
  overflown: Set<string>;
  /** Lines that could not be read: a process was ended while it wrote, or something else wrote here. */
  unreadable: number;
}

/** Longest folder of records that is read, bytes of text in memory. */
const MAX_LINES = 2_000_000;

/** Reads the records that the processes of one run left. */
export async function readRecords(folder: string): Promise<RunRecords> {
  const run: RunRecords = {
    calls: new Map(),
    results: new Map(),
    logs: new Map(),
    incomparable: new Map(),
    overflown: new Set(),
    unreadable: 0,
  };
  let lines = 0;
  for (const name of (await readdir(folder)).sort()) {
    const input = createReadStream(join(folder, name), { encoding: 'utf8' });
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (++lines > MAX_LINES) {
        run.overflown.add('records');
        return run;
      }
      addLine(run, line);
    }
  }
  return run;
}

function addLine(run: RunRecords, line: string): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    run.unreadable++;
    return;
  }
  const { success, data } = recordSchema.safeParse(value);
  if (!success) run.unreadable++;
  else if (data.t === 'over') run.overflown.add(data.f);
  else if (data.t === 'log') increase(run.logs, `${data.l}\n${data.c}`);
  else {
    const cases = run.calls.get(data.f) ?? new Map<string, RecordedCase>();
    run.calls.set(data.f, cases);
    const recorded = cases.get(data.k) ?? { outer: new Map(), inner: new Map(), args: '' };
    cases.set(data.k, recorded);
    if (data.w !== undefined) {
      run.incomparable.set(data.f, (run.incomparable.get(data.f) ?? new Set<string>()).add(data.w));
    }
    increase(data.o ? recorded.outer : recorded.inner, data.r);
    if (data.p) {
      recorded.args = data.p[0];
      run.results.set(data.r, data.p[1]);
    }
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
