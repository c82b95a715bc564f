import { messageOf } from '@headroom/contracts';

const MAX_PATTERN = 2000;
const MAX_NAME = 400;

/**
 * `drop_frames` and `keep_frames` of a pprof as one question: they are patterns of whole function names. A pattern comes from
 * outside and this engine backtracks, so one with repeated groups, or with many repetitions, is left aside and said.
 */
export function frameFilter(drop: string, keep: string, problems: string[]): (name: string) => boolean {
  const dropped = patternOf('drop_frames', drop, problems);
  const kept = patternOf('keep_frames', keep, problems);
  if (!dropped) return () => false;
  const known = new Map<string, boolean>();
  return (name) => {
    const answer = known.get(name) ?? (name.length <= MAX_NAME && dropped.test(name) && !kept?.test(name));
    known.set(name, answer);
    return answer;
  };
}

function patternOf(field: string, pattern: string, problems: string[]): RegExp | undefined {
  if (pattern === '') return undefined;
  const repeats = pattern.split('|').some((part) => (part.match(/[*+{]/g)?.length ?? 0) > 3);
  if (pattern.length > MAX_PATTERN || /\)[*+?{]/.test(pattern) || repeats) {
    problems.push(`${field} of the profile is too elaborate to be applied; its frames are kept.`);
    return undefined;
  }
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch (error) {
    problems.push(`${field} of the profile is no pattern (${messageOf(error)}); its frames are kept.`);
    return undefined;
  }
}
