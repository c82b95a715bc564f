import type { NamedFrame, NativeFrame } from './native.frames.js';
import type { NativeStacks } from './native.stacks.js';
import { profileInvalid } from './profile.format.js';

// py-spy writes samples in which a thread had no frame yet as a count alone.
const LINE = /^(|.*\S)\s+(\d+)\s*$/;
// py-spy: `total (till/register.py:12)`
const WITH_FILE = /^(.+) \((.+?)(?::(\d+))?\)$/;
const MAX_DEPTH = 2048;

/**
 * Reads collapsed stacks (stackcollapse-perf, `py-spy record --format raw`, async-profiler `collapsed`, JFR exported so) and adds
 * them. A count is samples of `periodUs` each. Returns the number of samples.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID` with the first line that is none
 */
export function readCollapsed(bytes: Uint8Array, into: NativeStacks, name: string, periodUs: number): number {
  let samples = 0;
  let number = 0;
  for (const text of linesOf(bytes)) {
    number += 1;
    if (text.trim() === '' || text.startsWith('#')) continue;
    const found = LINE.exec(text);
    if (!found) {
      throw profileInvalid(
        `${name} is not collapsed stacks: line ${number} does not end in a count; is it truncated or of another format?`,
      );
    }
    const count = Number(found[2]);
    const frames = found[1]!.split(';');
    if (!Number.isSafeInteger(count) || frames.length > MAX_DEPTH) {
      throw profileInvalid(
        `${name} is not collapsed stacks: line ${number} has too large a count or too deep a stack.`,
      );
    }
    if (count === 0) continue;
    const parts = frames.map(partsOf);
    into.add(
      parts.map((part): NamedFrame => into.named(part)),
      count * periodUs,
      count,
      parts.at(-1)?.line ?? 0,
    );
    samples += count;
  }
  return samples;
}

/** Lines of a large file one after another: the whole text as strings would take several times its size. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end < 0 ? bytes.length : end;
    yield decoder.decode(bytes.subarray(start, stop));
    start = stop + 1;
  }
}

function partsOf(text: string): NativeFrame {
  const found = WITH_FILE.exec(text);
  if (found && /[./\\]/.test(found[2]!)) return { name: found[1]!, file: found[2]!, line: Number(found[3] ?? 0) };
  return { name: text, file: '', line: 0 };
}
