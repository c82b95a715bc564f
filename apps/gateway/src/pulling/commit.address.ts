import { boundedFetch, pullFailed } from './bounded.fetch.js';

const COMMIT = /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])/;

/**
 * The commit that an address says runs: the first full commit id in its answer.
 * @throws HeadroomError `HEADROOM_PULL_FAILED`
 */
export async function commitFrom(url: string, signal: AbortSignal): Promise<string> {
  const { bytes } = await boundedFetch(new URL(url), { timeoutMs: 10_000, maxBytes: 1024 * 1024, signal });
  const [commit] = COMMIT.exec(bytes.toString('utf8')) ?? [];
  if (commit !== undefined) return commit;
  throw pullFailed('The answer of versionFrom holds no full commit id; have it answer one, 40 hexadecimal digits.');
}
