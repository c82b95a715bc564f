import { join } from 'node:path';

/** Where the signing key pair and the trusted public keys of a data directory are. */
export function keysDir(dataDir: string): string {
  return join(dataDir, 'keys');
}

/** Caches of git mirrors. */
export function mirrorsDir(dataDir: string): string {
  return join(dataDir, 'mirrors');
}

/** Proposals of the local forge. */
export function proposalsDir(dataDir: string): string {
  return join(dataDir, 'proposals');
}

/** Checkouts while they are examined; emptied at start. */
export function workDir(dataDir: string): string {
  return join(dataDir, 'work');
}

/** Logs of the host, JSON lines. */
export function logFile(dataDir: string): string {
  return join(dataDir, 'logs', 'headroom.jsonl');
}
