import { AssignerProtocol, type Assignment, type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs';

/** A member of a group, and the partition numbers that it had before. */
export interface AssignableMember {
  id: string;
  /** Partition numbers; the same number belongs together over all topics. */
  owned: readonly number[];
  /** When it got them, milliseconds since 1970: of two that claim a number, the later one has it. */
  sinceMs: number;
}

/**
 * Deals the partition numbers 0 to `count - 1` to members: evenly, and so that as few as possible move. A number stays
 * with its owner as long as the owner has no more than its share. The result depends on nothing but the arguments.
 */
export function assignNumbers(members: readonly AssignableMember[], count: number): Map<string, number[]> {
  const kept = claimsOf(members, count);
  const floor = Math.floor(count / members.length);
  let larger = count % members.length;
  // Who has most keeps the larger shares, so that nothing moves that need not.
  const order = members.map(({ id }) => id).sort((a, b) => kept.get(b)!.length - kept.get(a)!.length || compare(a, b));
  const shares = new Map(order.map((id) => [id, larger-- > 0 ? floor + 1 : floor]));
  const dealt = new Map(order.map((id) => [id, kept.get(id)!.slice(0, shares.get(id))]));
  const taken = new Set([...dealt.values()].flat());
  const receivers = order.flatMap((id) =>
    Array.from<string>({ length: shares.get(id)! - dealt.get(id)!.length }).fill(id),
  );
  for (let number = 0; number < count; number += 1) {
    if (!taken.has(number)) dealt.get(receivers.shift()!)!.push(number);
  }
  for (const numbers of dealt.values()) numbers.sort((a, b) => a - b);
  return dealt;
}

/** The numbers that each member had, ascending; each number with one member. */
function claimsOf(members: readonly AssignableMember[], count: number): Map<string, number[]> {
  const owners = new Map<number, AssignableMember>();
  for (const member of members) {
    for (const number of member.owned) {
      if (!Number.isInteger(number) || number < 0 || number >= count) continue;
      const other = owners.get(number);
      if (other && (other.sinceMs > member.sinceMs || (other.sinceMs === member.sinceMs && other.id < member.id)))
        continue;
      owners.set(number, member);
    }
  }
  const claims = new Map(members.map(({ id }) => [id, [] as number[]]));
  for (let number = 0; number < count; number += 1) {
    const owner = owners.get(number);
    if (owner) claims.get(owner.id)!.push(number);
  }
  return claims;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** What a member says about itself when it joins. */
export interface Ownership {
  numbers: readonly number[];
  sinceMs: number;
}

interface JoinedMember extends AssignableMember {
  topics: readonly string[];
}

/**
 * Assigns by partition number: whoever has partition 3 of one topic has partition 3 of all topics of the group, and
 * keeps it while it can. Needs no coordination beyond the group's own: each member brings along what it had.
 * @param ownership what this member has now
 */
export function copartitionAssigner(ownership: () => Ownership): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'headroom-copartition',
    version: 0,
    protocol: ({ topics }) => ({
      name: 'headroom-copartition',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 0,
        topics,
        userData: Buffer.from(JSON.stringify(ownership())),
      }),
    }),
    assign: async ({ members }) => {
      const joined = members.map(joinedMember);
      const counts = await partitionCounts(cluster, [...new Set(joined.flatMap((member) => member.topics))]);
      const assignments = assignTopics(joined, counts);
      return Array.from(assignments, ([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 0,
          assignment,
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

/** Partitions of each topic for each member. While members of two versions overlap, not all have the same topics. */
export function assignTopics(
  members: readonly JoinedMember[],
  partitions: ReadonlyMap<string, number>,
): Map<string, Assignment> {
  const numbers = assignNumbers(members, Math.max(0, ...partitions.values()));
  const ownerOf = new Map<number, string>();
  for (const [id, owned] of numbers) for (const number of owned) ownerOf.set(number, id);
  const assignments = new Map<string, Assignment>(members.map(({ id }) => [id, {}]));
  for (const [topic, count] of partitions) {
    const readers = members.filter((member) => member.topics.includes(topic)).map((member) => member.id);
    readers.sort(compare);
    for (let number = 0; number < count; number += 1) {
      const owner = ownerOf.get(number)!;
      const id = readers.includes(owner) ? owner : readers[number % readers.length]!;
      const assignment = assignments.get(id)!;
      (assignment[topic] ??= []).push(number);
    }
  }
  return assignments;
}

async function partitionCounts(cluster: Cluster, topics: readonly string[]): Promise<Map<string, number>> {
  await cluster.addMultipleTargetTopics([...topics]);
  return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
}

function joinedMember({ memberId, memberMetadata }: GroupMember): JoinedMember {
  const decoded = AssignerProtocol.MemberMetadata.decode(memberMetadata);
  const { numbers, sinceMs } = ownershipOf(decoded?.userData);
  return { id: memberId, topics: decoded?.topics ?? [], owned: numbers, sinceMs };
}

/** A member whose data cannot be read had nothing: it is only assigned afresh. */
function ownershipOf(userData: Buffer | undefined): Ownership {
  const none = { numbers: [], sinceMs: 0 };
  try {
    const read = JSON.parse(String(userData ?? '')) as Partial<Ownership> | null;
    if (!read || !Array.isArray(read.numbers) || typeof read.sinceMs !== 'number') return none;
    return { numbers: read.numbers.filter((each): each is number => typeof each === 'number'), sinceMs: read.sinceMs };
  } catch {
    return none;
  }
}
