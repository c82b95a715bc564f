import { canonicalJson, sha256 } from '@headroom/contracts';
import type { KeyValueStore } from '@headroom/runtime';

/** Which passage of a case a run belongs to; another attempt never sees what this one stored. */
export interface RunIdentity {
  caseId: string;
  attempt: number;
  /** What is done in the attempt, such as `draft.<skill>`; what is to be done anew needs another. */
  step: string;
}

/** Results of one run, written once each. */
export interface AgentJournal {
  read<Value>(name: string): Promise<Value | undefined>;
  /** Stores a result unless there is one; returns what is stored now. */
  write<Value>(name: string, value: Value): Promise<Value>;
}

const KEPT_MS = 180 * 86_400_000;

/** The journal of a run in a key-value store. Kept for 180 days. */
export function storeJournal(store: KeyValueStore, { caseId, attempt, step }: RunIdentity): AgentJournal {
  const keyOf = (name: string): string => `agent:journal:${caseId}:${attempt}:${step}:${name}`;
  return {
    async read<Value>(name: string) {
      return (await store.get<{ value: Value }>(keyOf(name)))?.value;
    },
    async write<Value>(name: string, value: Value) {
      const { created, value: stored } = await store.putIfAbsent<{ value: Value }>(keyOf(name), { value });
      if (created) await store.expire(keyOf(name), KEPT_MS);
      return stored.value;
    },
  };
}

/** What names a request: the digest of its canonical form. */
export function digestOf(request: unknown): string {
  return sha256(canonicalJson(request));
}
