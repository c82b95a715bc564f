import type { RuntimeStatus } from '../delivery/runtime.js';

/** What health is read from; a `Runtime` is one. */
export interface HealthSource {
  /** Consumer group, under which the answer names it. */
  readonly group: string;
  readonly status: RuntimeStatus;
  /** Whether it is a member of its group. */
  readonly joined: boolean;
  /** What keeps it from working: `log`, `store`, `consumer`, or the name of a lane, each with a message. */
  readonly problems: ReadonlyMap<string, string>;
}

/** An answer of a health endpoint. */
export interface HealthAnswer {
  /** 503 when it does not hold. */
  status: 200 | 503;
  body: {
    status: 'live' | 'dead' | 'ready' | 'not ready';
    /** Each stage of the process and the words for how it is. */
    stages: Record<string, string>;
  };
}

const DEPENDENCIES: Readonly<Record<string, string>> = {
  log: 'log away',
  store: 'store away',
  consumer: 'log client restarting',
};

/** What is away comes first: it is the reason of most that follows. */
function problemWords(problems: HealthSource['problems']): string {
  const away = Object.entries(DEPENDENCIES).filter(([key]) => problems.has(key));
  const stuck = [...problems].filter(([key]) => !(key in DEPENDENCIES));
  return [
    ...away.map(([key, words]) => `${words}: ${problems.get(key)}`),
    ...stuck.map(([key, message]) => `${key} is stuck: ${message}`),
  ].join('; ');
}

/** How a stage is, in words: `joined`, `joining`, `draining`, `log away: …`, `store away: …`, `stopped`, `failed`. */
export function stageWords({ status, joined, problems }: HealthSource): string {
  if (status === 'DRAINING') return 'draining';
  if (status === 'STOPPED') return 'stopped';
  if (status === 'FAILED') return 'failed: its log client is gone for good, start the process again';
  if (problems.size > 0) return problemWords(problems);
  return joined ? 'joined' : 'joining';
}

function answer(
  sources: readonly HealthSource[],
  holds: boolean,
  words: readonly ['live' | 'ready', 'dead' | 'not ready'],
): HealthAnswer {
  const stages = Object.fromEntries(sources.map((source) => [source.group, stageWords(source)]));
  return { status: holds ? 200 : 503, body: { status: words[holds ? 0 : 1], stages } };
}

/**
 * Liveness: no stage has failed for good. That the event loop turns is shown by there being an answer. A dependency that is
 * away, a drain, or a slow handler is no reason to end the process.
 */
export function liveness(sources: readonly HealthSource[]): HealthAnswer {
  return answer(
    sources,
    sources.every(({ status }) => status !== 'FAILED'),
    ['live', 'dead'],
  );
}

/** Readiness: every stage has joined, none drains, and nothing keeps one from working. A slow handler is not unready. */
export function readiness(sources: readonly HealthSource[]): HealthAnswer {
  return answer(
    sources,
    sources.every((source) => stageWords(source) === 'joined'),
    ['ready', 'not ready'],
  );
}
