import type { TokenUsage } from '../ports.js';

/** What a run tells while it works, for logs and metrics. */
export type AgentProgress =
  | {
      kind: 'model-call';
      turn: number;
      usage: TokenUsage;
      usd: number;
      /** Share of the input that was read from the cache, 0 to 1. */
      cacheReadShare: number;
      retries: number;
      durationMs: number;
      /** Taken from the journal: an earlier process had paid for it. */
      stored: boolean;
    }
  | { kind: 'tool-call'; turn: number; tool: string; ok: boolean; durationMs: number; stored: boolean }
  | { kind: 'model-retry'; turn: number; try: number; waitMs: number; message: string }
  | { kind: 'warning'; message: string };

export type ProgressListener = (progress: AgentProgress) => void;

/** Share of the input that was read from the cache; 0 where there was none. */
export function cacheReadShare({ input, cacheRead, cacheWrite }: TokenUsage): number {
  const all = input + cacheRead + cacheWrite;
  return all === 0 ? 0 : cacheRead / all;
}
