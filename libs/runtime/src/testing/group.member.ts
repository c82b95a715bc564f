import type { GroupListener, LogRecord, LogTransport, Membership, TopicPartition } from '../log/log.port.js';

/** A member of a group that keeps what it is told. */
export interface GroupMember {
  membership: Membership;
  records: LogRecord[];
  /** `topic/partition` of what it owns now. */
  owned: Set<string>;
  crashes: { error: Error; willRestart: boolean }[];
  recoveries: number;
}

/** Joins a group. @param on what the test does as well */
export async function joinGroup(
  log: LogTransport,
  group: string,
  topics: readonly string[],
  on: Partial<GroupListener> = {},
): Promise<GroupMember> {
  const member: Omit<GroupMember, 'membership'> = { records: [], owned: new Set(), crashes: [], recoveries: 0 };
  const name = (tp: TopicPartition): string => `${tp.topic}/${tp.partition}`;
  const membership = await log.join(
    { group, topics },
    {
      records: (tp, batch) => {
        member.records.push(...batch);
        on.records?.(tp, batch);
      },
      assigned: (tps) => {
        for (const tp of tps) member.owned.add(name(tp));
        on.assigned?.(tps);
      },
      revoked: (tps) => {
        for (const tp of tps) member.owned.delete(name(tp));
        on.revoked?.(tps);
      },
      crashed: (error, willRestart) => void member.crashes.push({ error, willRestart }),
      recovered: () => void (member.recoveries += 1),
    },
  );
  return Object.assign(member, { membership });
}

/** The values of records as text. */
export function texts(records: readonly LogRecord[]): string[] {
  return records.map((record) => String(record.value));
}
