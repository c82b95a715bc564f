import type { KeyValueStore } from '../store/key-value.port.js';
import { stateKey } from './keys.js';

/** A value of a stream subscription's state. */
export interface StateEntry<Value = unknown> {
  key: string;
  partition: number;
  value: Value;
}

/**
 * What the stream handlers of a group have put, for readers: keys that begin with `prefix`, of all partitions, sorted
 * by key. Read-only: the lane is the only writer.
 */
export async function listStreamState<Value = unknown>(
  store: KeyValueStore,
  group: string,
  prefix = '',
): Promise<StateEntry<Value>[]> {
  const root = stateKey(group, 0, '').slice(0, -'@0'.length);
  const entries = await store.list<Value>(`${root}${prefix}`);
  return entries.map(({ key, value }) => {
    const at = key.lastIndexOf('@');
    return { key: key.slice(root.length, at), partition: Number(key.slice(at + 1)), value };
  });
}

/** One value of a stream subscription's state, in whatever partition it is. */
export async function getStreamState<Value = unknown>(
  store: KeyValueStore,
  group: string,
  key: string,
): Promise<Value | undefined> {
  return (await listStreamState<Value>(store, group, `${key}@`)).find((entry) => entry.key === key)?.value;
}
