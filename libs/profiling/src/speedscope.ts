import { messageOf } from '@headroom/contracts';
import { JsonCheck } from './json.check.js';
import type { NamedFrame } from './native.frames.js';
import type { NativeStacks } from './native.stacks.js';
import { profileInvalid } from './profile.format.js';

const MICROSECONDS: Readonly<Record<string, number>> = {
  nanoseconds: 1e-3,
  microseconds: 1,
  milliseconds: 1e3,
  seconds: 1e6,
};

interface Speedscope {
  check: JsonCheck;
  into: NativeStacks;
  frames: { named: NamedFrame; line: number }[];
  samples: number;
}

/**
 * Reads a speedscope file (its profiles `sampled` and `evented`) and adds its stacks. A stretch of an evented profile between two
 * events counts as one sample. Returns the number of samples.
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID` with the JSON path of the first fault; for units that are no time
 */
export function readSpeedscope(bytes: Uint8Array, into: NativeStacks, name: string): number {
  const check = new JsonCheck((path, reason, cause) =>
    profileInvalid(`${name} is not a speedscope profile: ${path} ${reason}. Export it again.`, cause),
  );
  const root = check.object(parsed(bytes, check), '$');
  const shared = check.object(root['shared'], '$.shared');
  const frames = check.array(shared['frames'], '$.shared.frames').map((value, index) => {
    const path = `$.shared.frames[${index}]`;
    const frame = check.object(value, path);
    const file =
      frame['file'] === undefined || frame['file'] === null ? '' : check.string(frame['file'], `${path}.file`);
    const line = typeof frame['line'] === 'number' ? frame['line'] : 0;
    return { named: into.named({ name: check.string(frame['name'], `${path}.name`), file, line }), line };
  });
  const state: Speedscope = { check, into, frames, samples: 0 };
  const profiles = check.array(root['profiles'], '$.profiles');
  for (const [index, value] of profiles.entries()) {
    const path = `$.profiles[${index}]`;
    const profile = check.object(value, path);
    const factor = factorOf(check, check.string(profile['unit'], `${path}.unit`), `${path}.unit`);
    const type = check.oneOf(profile['type'], `${path}.type`, ['sampled', 'evented']);
    if (type === 'sampled') addSampled(state, profile, path, factor);
    else addEvented(state, profile, path, factor);
  }
  return state.samples;
}

function parsed(bytes: Uint8Array, check: JsonCheck): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (error) {
    return check.fail('$', `is not JSON: ${messageOf(error)}`, error);
  }
}

function factorOf(check: JsonCheck, unit: string, path: string): number {
  const factor = MICROSECONDS[unit];
  return (
    factor ?? check.fail(path, `must be a unit of time (${Object.keys(MICROSECONDS).join(', ')}), found "${unit}"`)
  );
}

function add(state: Speedscope, stack: readonly number[], weight: number): void {
  if (weight <= 0 || stack.length === 0) return;
  state.into.add(
    stack.map((index) => state.frames[index]!.named),
    weight,
    1,
    state.frames[stack.at(-1)!]!.line,
  );
  state.samples += 1;
}

function addSampled(state: Speedscope, profile: Readonly<Record<string, unknown>>, path: string, factor: number): void {
  const { check } = state;
  const samples = check.array(profile['samples'], `${path}.samples`);
  const weights = check.array(profile['weights'], `${path}.weights`);
  if (weights.length !== samples.length) {
    check.fail(`${path}.weights`, `must be as long as samples (${samples.length}), found ${weights.length}`);
  }
  for (const [index, value] of samples.entries()) {
    const at = `${path}.samples[${index}]`;
    const stack = check.array(value, at).map((frame) => check.index(frame, at, state.frames.length));
    add(state, stack, check.amount(weights[index], `${path}.weights[${index}]`) * factor);
  }
}

function addEvented(state: Speedscope, profile: Readonly<Record<string, unknown>>, path: string, factor: number): void {
  const { check } = state;
  const stack: number[] = [];
  let last = check.number(profile['startValue'], `${path}.startValue`);
  for (const [index, value] of check.array(profile['events'], `${path}.events`).entries()) {
    const at = `${path}.events[${index}]`;
    const event = check.object(value, at);
    const time = check.number(event['at'], `${at}.at`);
    if (time < last) check.fail(`${at}.at`, `lies before the event before it (${time} < ${last})`);
    add(state, stack, (time - last) * factor);
    last = time;
    const frame = check.index(event['frame'], `${at}.frame`, state.frames.length);
    if (check.oneOf(event['type'], `${at}.type`, ['O', 'C']) === 'O') stack.push(frame);
    else if (stack.pop() !== frame) check.fail(at, 'closes a frame that is not the innermost open one');
  }
  if (stack.length > 0) check.fail(`${path}.events`, `leaves ${stack.length} frames open; is the profile truncated?`);
}
