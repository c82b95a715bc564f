import { gunzipSync, gzipSync } from 'node:zlib';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { JsonCheck } from './json.check.js';
import { StackTable } from './stack.table.js';
import type { LineWeight, StackFrame, Stacks, StacksSummary, WeightedStack } from './stacks.js';

/** Options of {@link decodeStacks}. */
export interface DecodeStacksOptions {
  /** Most bytes that the document may have once unpacked, against compressed bombs. @default 134217728 (128 MiB) */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

/** Bytes of a document that are compressed together; a longer one is several members of one gzip file. */
const MEMBER_BYTES = 4 * 1024 * 1024;

/** Stacks as gzip-compressed JSON, written piece by piece. Equal stacks give equal bytes. */
export function encodeStacks(stacks: Stacks): Uint8Array {
  const members: Uint8Array[] = [];
  const compress = (bytes: Uint8Array | string): void => void members.push(gzipSync(bytes, { level: 9 }));
  const page = Buffer.allocUnsafe(MEMBER_BYTES);
  let used = 0;
  const flush = (): void => {
    if (used > 0) compress(page.subarray(0, used));
    used = 0;
  };
  for (const piece of jsonOf(stacks)) {
    const size = Buffer.byteLength(piece);
    if (used + size > page.length) flush();
    if (size > page.length) compress(piece);
    else used += page.write(piece, used);
  }
  flush();
  const { buffer, byteOffset, length } = Buffer.concat(members);
  return new Uint8Array(buffer, byteOffset, length);
}

/** The document as JSON.stringify writes it, in pieces. */
function* jsonOf(stacks: Stacks): Generator<string> {
  let before = '{';
  for (const [field, value] of Object.entries(stacks)) {
    yield `${before}${JSON.stringify(field)}:`;
    if (field === 'stacks') {
      let separator = '[';
      for (const stack of stacks.stacks) {
        yield `${separator}${JSON.stringify(stack)}`;
        separator = ',';
      }
      yield separator === '[' ? '[]' : ']';
    } else yield JSON.stringify(value);
    before = ',';
  }
  yield '}';
}

/**
 * Reads what {@link encodeStacks} wrote. Throws `HEADROOM_STACKS_INVALID` with the JSON path of the first fault in message and
 * `details` (`{path, reason}`). Unknown fields are dropped, so that later producers may add some.
 */
export function decodeStacks(bytes: Uint8Array, options: DecodeStacksOptions = {}): Stacks {
  const check = new JsonCheck(
    (path, reason, cause) =>
      new HeadroomError(
        `These are no weighted stacks (headroom.stacks.v1): ${path} ${reason}. Convert the profile again.`,
        {
          code: 'HEADROOM_STACKS_INVALID',
          cause,
          details: { path, reason },
        },
      ),
  );
  return readStacks(check, unpacked(check, bytes, options.maxBytes ?? DEFAULT_MAX_BYTES));
}

function unpacked(check: JsonCheck, bytes: Uint8Array, maxBytes: number): unknown {
  try {
    return JSON.parse(gunzipSync(bytes, { maxOutputLength: maxBytes }).toString('utf8')) as unknown;
  } catch (error) {
    return check.fail('$', `is not gzip-compressed JSON of at most ${maxBytes} bytes: ${messageOf(error)}`, error);
  }
}

function readStacks(check: JsonCheck, value: unknown): Stacks {
  const root = check.object(value, '$');
  const format = check.oneOf(root['format'], '$.format', ['headroom.stacks.v1']);
  const unit = check.oneOf(root['unit'], '$.unit', ['microseconds']);
  const frames = check
    .array(root['frames'], '$.frames')
    .map((frame, index) => readFrame(check, frame, `$.frames[${index}]`));
  const repeated = frames.findIndex((frame, index) => index > 0 && frame.id <= frames[index - 1]!.id);
  if (repeated > 0)
    check.fail(`$.frames[${repeated}].id`, 'must be greater than the id before it: frames are unique and ordered');
  const table = new StackTable();
  let counted = 0;
  for (const [index, value] of check.array(root['stacks'], '$.stacks').entries()) {
    const stack = readStack(check, value, `$.stacks[${index}]`, frames.length);
    table.add(stack.frames, stack.weight, stack.samples);
    counted += stack.samples;
  }
  const stacks = table.ordered(Uint32Array.from(frames.keys()));
  const samples = check.amount(root['samples'], '$.samples');
  if (samples !== counted) check.fail('$.samples', `must be the sum over the stacks (${counted}), found ${samples}`);
  return {
    format,
    unit,
    frames,
    stacks,
    lines: check
      .array(root['lines'], '$.lines')
      .map((line, index) => readLine(check, line, `$.lines[${index}]`, frames.length)),
    samples,
    durationUs: check.amount(root['durationUs'], '$.durationUs'),
    idleUs: check.amount(root['idleUs'], '$.idleUs'),
    summary: readSummary(check, root['summary']),
  };
}

function readFrame(check: JsonCheck, value: unknown, path: string): StackFrame {
  const frame = check.object(value, path);
  const id = check.string(frame['id'], `${path}.id`);
  if (id === '') check.fail(`${path}.id`, 'must not be empty');
  return {
    id,
    origin: check.oneOf(frame['origin'], `${path}.origin`, ['first-party', 'third-party', 'runtime']),
    ...(frame['package'] === undefined ? {} : { package: check.string(frame['package'], `${path}.package`) }),
    resolved: check.boolean(frame['resolved'], `${path}.resolved`),
  };
}

function readStack(check: JsonCheck, value: unknown, path: string, frameCount: number): WeightedStack {
  const stack = check.object(value, path);
  const frames = check
    .array(stack['frames'], `${path}.frames`)
    .map((frame, index) => check.index(frame, `${path}.frames[${index}]`, frameCount));
  if (frames.length === 0) check.fail(`${path}.frames`, 'must not be empty');
  return {
    frames,
    weight: check.amount(stack['weight'], `${path}.weight`),
    samples: check.amount(check.integer(stack['samples'], `${path}.samples`), `${path}.samples`),
  };
}

function readLine(check: JsonCheck, value: unknown, path: string, frameCount: number): LineWeight {
  const line = check.object(value, path);
  const number = check.integer(line['line'], `${path}.line`);
  if (number < 1) check.fail(`${path}.line`, `must be 1 or more, found ${number}`);
  return {
    frame: check.index(line['frame'], `${path}.frame`, frameCount),
    line: number,
    weight: check.amount(line['weight'], `${path}.weight`),
  };
}

function readSummary(check: JsonCheck, value: unknown): StacksSummary {
  const summary = check.object(value, '$.summary');
  const amount = (field: keyof StacksSummary): number => check.amount(summary[field], `$.summary.${field}`);
  const texts = (field: keyof StacksSummary): string[] =>
    check
      .array(summary[field], `$.summary.${field}`)
      .map((text, index) => check.string(text, `$.summary.${field}[${index}]`));
  return {
    firstPartyUs: amount('firstPartyUs'),
    thirdPartyUs: amount('thirdPartyUs'),
    runtimeUs: amount('runtimeUs'),
    resolvedFrames: amount('resolvedFrames'),
    unresolvedFrames: amount('unresolvedFrames'),
    unresolvedUs: amount('unresolvedUs'),
    unlocatedUs: amount('unlocatedUs'),
    unmappedUs: amount('unmappedUs'),
    unmappedFiles: texts('unmappedFiles'),
    problems: texts('problems'),
  };
}
