import { describe, expect, it } from '@jest/globals';
import { HeadroomError } from '@headroom/contracts';
import { MemoryBlobs } from '@headroom/runtime';
import { z } from 'zod';
import {
  blobsTools,
  defineTool,
  estimateTokens,
  Toolbox,
  ToolError,
  type AnyTool,
  type ToolEnvelope,
} from './index.js';

const START = Date.parse('2026-03-01T10:00:00Z');

const rowsTool = defineTool({
  name: 'samples_list_rows',
  title: 'Rows',
  description: 'As many rows as asked for.',
  input: z.object({
    service: z.string().describe('name'),
    count: z.int().min(1).max(100_000).default(2).describe('rows'),
    order: z.enum(['up', 'down']).optional().describe('order'),
    since: z.iso.datetime({ offset: true }).optional(),
  }),
  output: z.object({ rows: z.array(z.object({ n: z.int(), text: z.string() })), total: z.int() }),
  run: async ({ service, count }) => ({
    data: {
      rows: Array.from({ length: count }, (_, n) => ({ n, text: `Zeile ${n} für ${service}` })),
      total: count,
    },
    source: 'rows in memory',
    trust: 'untrusted',
    window: { from: '2026-03-01T09:00:00Z', to: '2026-03-01T10:00:00Z' },
  }),
});

function toolOf(name: string, run: (call: { signal: AbortSignal; traceparent?: string }) => Promise<unknown>): AnyTool {
  return defineTool({
    name,
    title: name,
    description: name,
    input: z.object({}),
    output: z.object({ ok: z.boolean() }),
    run: async (_input, call) => ({ data: (await run(call)) as { ok: boolean }, source: 'test', trust: 'trusted' }),
  });
}

function boxOf(tools: AnyTool[], options: { budgetTokens?: number; timeLimitMs?: number } = {}) {
  const blobs = new MemoryBlobs();
  const logged: { err?: unknown; code?: string }[] = [];
  const clock = { ms: START };
  const logger = { debug: () => undefined, error: (fields: { err?: unknown }) => void logged.push(fields) };
  const toolbox = new Toolbox([...tools, ...blobsTools(blobs)], {
    blobs,
    now: () => clock.ms,
    logger: logger as never,
    ...options,
  });
  return { toolbox, blobs, logged, clock };
}

async function envelopeOf(box: Toolbox, name: string, args: unknown): Promise<ToolEnvelope> {
  const answer = await box.call(name, args);
  if (!answer.ok) throw new Error(answer.message);
  return answer.envelope;
}

describe('Toolbox', () => {
  it('answers with the result, its source and a trust label', async () => {
    const { toolbox } = boxOf([rowsTool]);
    expect(await toolbox.call('samples_list_rows', { service: 'web' })).toEqual({
      ok: true,
      envelope: {
        result: { rows: [0, 1].map((n) => ({ n, text: `Zeile ${n} für web` })), total: 2 },
        truncated: false,
        meta: {
          source: 'rows in memory',
          retrieved_at: '2026-03-01T10:00:00.000Z',
          window: { from: '2026-03-01T09:00:00Z', to: '2026-03-01T10:00:00Z' },
          trust: 'untrusted',
          evidence_id: expect.stringMatching(/^ev-[0-9a-f]{20}$/),
        },
      },
    });
  });

  it('names the same answer to the same question by the same id, whenever it was asked and however it was written', async () => {
    const { toolbox, clock } = boxOf([rowsTool]);
    const idOf = async (args: unknown) => (await envelopeOf(toolbox, 'samples_list_rows', args)).meta.evidence_id;
    const first = await idOf({ service: 'web', count: 3 });
    clock.ms += 60_000;
    expect(await idOf({ count: 3, service: 'web' })).toBe(first);
    expect(await idOf({ service: 'web', count: 4 })).not.toBe(first);
    expect(await idOf({ service: 'api', count: 3 })).not.toBe(first);
    expect(await idOf({ service: 'web' })).toBe(await idOf({ service: 'web', count: 2 }));
  });

  it('lists tools in the order of their names and refuses a name twice', () => {
    const { toolbox } = boxOf([toolOf('b', async () => ({})), toolOf('a', async () => ({}))]);
    expect(toolbox.list().map(({ name }) => name)).toEqual(['a', 'b', 'blobs_read_slice', 'blobs_search']);
    expect(() => boxOf([rowsTool, rowsTool])).toThrow('"samples_list_rows" names two tools');
    expect(() => boxOf([toolOf('no name', async () => ({}))])).toThrow('"no name" names no tool');
  });

  it.each([
    [
      'samples_list_row',
      {},
      'HEADROOM_TOOL_UNKNOWN',
      'There is no tool "samples_list_row", did you mean "samples_list_rows"?',
    ],
    [
      'qqq',
      {},
      'HEADROOM_TOOL_UNKNOWN',
      'There is no tool "qqq", the tools are blobs_read_slice, blobs_search, samples_list_rows',
    ],
    [
      'samples_list_rows',
      { servce: 'web' },
      'HEADROOM_TOOL_ARGUMENTS_INVALID',
      'samples_list_rows: the argument "service" is missing: expected string; there is no argument "servce", did you mean "service"?',
    ],
    [
      'samples_list_rows',
      { service: 'web', count: 0, order: 'sideways' },
      'HEADROOM_TOOL_ARGUMENTS_INVALID',
      'samples_list_rows: the argument "count" is 0: expected number to be >=1; the argument "order" is "sideways": expected one of "up"|"down"',
    ],
    [
      'no\nsuch',
      {},
      'HEADROOM_TOOL_UNKNOWN',
      'There is no tool "no such", the tools are blobs_read_slice, blobs_search, samples_list_rows',
    ],
    ['x'.repeat(5_000), {}, 'HEADROOM_TOOL_UNKNOWN', /^.{1999}…$/],
    [
      'samples_list_rows',
      { service: 'web', since: 'yesterday' },
      'HEADROOM_TOOL_ARGUMENTS_INVALID',
      'samples_list_rows: the argument "since" is "yesterday": write a time with its zone, such as 2026-11-02T10:00:00Z',
    ],
    ['samples_list_rows', 'web', 'HEADROOM_TOOL_ARGUMENTS_INVALID', /expected object/],
    [
      'samples_list_rows',
      { service: JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown },
      'HEADROOM_TOOL_ARGUMENTS_INVALID',
      'samples_list_rows: the argument "service" is nested too deeply: expected string, received array',
    ],
    ['samples_list_rows', [], 'HEADROOM_TOOL_ARGUMENTS_INVALID', /expected object/],
  ])('refuses %s', async (name, args, code, message) => {
    const { toolbox } = boxOf([rowsTool]);
    const answer = await toolbox.call(name, args);
    expect(answer).toMatchObject({ ok: false, code, retryable: false });
    if (answer.ok) return;
    if (typeof message === 'string') expect(answer.message).toBe(message);
    else expect(answer.message).toMatch(message);
  });

  it('tells what a tool refused in its own words, and of anything else only a code', async () => {
    const { toolbox, logged } = boxOf([
      toolOf('refuses', () =>
        Promise.reject(new ToolError('There is no service "wob"; try "web"', { retryable: true })),
      ),
      toolOf('breaks', () => Promise.reject(new TypeError('x is not a function at /srv/secret.ts:1'))),
      toolOf('lies', async () => ({ ok: 'yes' })),
    ]);
    expect(await toolbox.call('refuses', {})).toEqual({
      ok: false,
      code: 'HEADROOM_TOOL_CALL_FAILED',
      message: 'There is no service "wob"; try "web"',
      retryable: true,
    });
    const internal = {
      ok: false,
      code: 'HEADROOM_TOOL_INTERNAL',
      message: 'internal failure of breaks (HEADROOM_TOOL_INTERNAL); the log has the details',
      retryable: false,
    };
    expect(await toolbox.call('breaks', {})).toEqual(internal);
    expect(await toolbox.call('lies', {})).toMatchObject({ ok: false, code: 'HEADROOM_TOOL_INTERNAL' });
    expect(logged.map(({ err }) => (err as Error).message)).toEqual([
      'x is not a function at /srv/secret.ts:1',
      expect.stringContaining('lies answered what its schema does not allow'),
    ]);
  });

  it('ends a call that hangs, and one whose caller leaves', async () => {
    const reasons: unknown[] = [];
    const hanging = toolOf('hangs', ({ signal }) => {
      signal.addEventListener('abort', () => reasons.push((signal.reason as HeadroomError).code));
      return new Promise(() => undefined);
    });
    const { toolbox } = boxOf([hanging], { timeLimitMs: 40 });
    expect(await toolbox.call('hangs', {})).toEqual({
      ok: false,
      code: 'HEADROOM_TOOL_TIME_LIMIT',
      message: 'hangs took longer than 0.04 s; ask for less, or try again later',
      retryable: true,
    });
    const caller = new AbortController();
    const patient = boxOf([hanging]).toolbox.call('hangs', {}, { signal: caller.signal });
    caller.abort();
    expect(await patient).toMatchObject({ ok: false, code: 'HEADROOM_TOOL_CANCELLED' });
    expect(reasons).toEqual(['HEADROOM_TOOL_TIME_LIMIT', 'HEADROOM_TOOL_CANCELLED']);
    expect(await toolbox.call('hangs', {}, { signal: caller.signal })).toMatchObject({
      code: 'HEADROOM_TOOL_CANCELLED',
    });
  });

  it('hands the trace context to the tool', async () => {
    const seen: unknown[] = [];
    const { toolbox } = boxOf([toolOf('looks', async ({ traceparent }) => (seen.push(traceparent), { ok: true }))]);
    await toolbox.call('looks', {}, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(seen).toEqual(['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']);
  });
});

describe('a result over the budget', () => {
  it('is told in short, and can be read whole by its handle', async () => {
    const { toolbox } = boxOf([rowsTool], { budgetTokens: 1000 });
    const { result, overflow, truncated, meta } = await envelopeOf(toolbox, 'samples_list_rows', {
      service: 'web',
      count: 5000,
    });
    expect({ result, truncated, source: meta.source }).toEqual({
      result: undefined,
      truncated: true,
      source: 'rows in memory',
    });
    expect(overflow).toMatchObject({ counts: { rows: 5000 }, fields: { total: 5000 } });
    expect(overflow?.head).toMatch(/^\{\n "rows"/);
    expect(overflow?.tail).toMatch(/"total": 5000\n\}$/);
    expect(estimateTokens(JSON.stringify(overflow))).toBeLessThanOrEqual(1000);

    let text = '';
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const args = { handle: overflow?.handle, offset, length: 900 };
      const slice = (await envelopeOf(toolbox, 'blobs_read_slice', args)).result as {
        text: string;
        next_offset?: number;
      };
      text += slice.text;
      offset = slice.next_offset;
    }
    const whole = JSON.parse(text) as { rows: { text: string }[] };
    expect(whole.rows).toHaveLength(5000);
    expect(whole.rows[4999]?.text).toBe('Zeile 4999 für web');
    expect(Buffer.byteLength(text)).toBe(overflow?.bytes);
  });

  it('can be searched page by page; a match says where to read on', async () => {
    const { toolbox } = boxOf([rowsTool], { budgetTokens: 1000 });
    const { overflow } = await envelopeOf(toolbox, 'samples_list_rows', { service: 'web', count: 5000 });
    const handle = overflow?.handle;
    const search = async (more: object) =>
      (await envelopeOf(toolbox, 'blobs_search', { handle, ...more })).result as {
        matches: { line: number; offset: number; text: string }[];
        total: number;
        next_cursor?: string;
      };
    const first = await search({ text: 'zeile 42', ignore_case: true, limit: 8 });
    expect(first.total).toBe(111);
    expect(first.matches[0]?.text).toContain('Zeile 42 für web');
    const second = await search({ text: 'zeile 42', ignore_case: true, limit: 8, cursor: first.next_cursor });
    expect(second.matches[0]?.text).toContain('Zeile 427 für');
    expect(await search({ text: 'zeile 42' })).toEqual({ matches: [], total: 0 });
    const slice = await envelopeOf(toolbox, 'blobs_read_slice', {
      handle,
      offset: first.matches[0]?.offset,
      length: 40,
    });
    expect(slice.result?.['text']).toContain('"text": "Zeile 42 für');
  });

  it('says what is wrong with a handle, an offset or a cursor', async () => {
    const { toolbox, blobs } = boxOf([]);
    const { sha256: binary } = await blobs.put(Buffer.from([0xff, 0x00, 0x12]), 'application/gzip');
    const { sha256: text } = await blobs.put(Buffer.from('short'), 'text/plain');
    const messageOf = async (name: string, args: object) => {
      const answer = await toolbox.call(name, args);
      return answer.ok ? undefined : answer.message;
    };
    expect(await messageOf('blobs_read_slice', { handle: '../../etc/passwd' })).toMatch(/is no handle; take it from/);
    expect(await messageOf('blobs_read_slice', { handle: 'a'.repeat(64) })).toMatch(/make the call again/);
    expect(await messageOf('blobs_read_slice', { handle: binary })).toMatch(/3 bytes that are no text/);
    expect(await messageOf('blobs_read_slice', { handle: text, offset: 5 })).toBe(
      'offset 5 is behind the end; the result has 5 bytes',
    );
    expect(await messageOf('blobs_search', { handle: text, text: 's', cursor: 'zzz' })).toMatch(/cursor is none of/);
  });
});
