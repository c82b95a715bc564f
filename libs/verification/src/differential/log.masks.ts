import type { RunRecords } from './behaviour.records.js';

type Counts = ReadonlyMap<string, number>;
type Fields = Readonly<Record<string, unknown>>;

/** Log records of three runs, what base varies replaced by a mark in all of them. */
export interface MaskedLogs {
  base: Counts;
  baseAgain: Counts;
  head: Counts;
  /** What was replaced, for a person. */
  masks: string[];
}

const VARIES = '<varies>';

/**
 * Finds the fields of structured records that base fills differently from run to run, such as a duration or a request id, and
 * replaces them on all sides, so that the rest of the record can still be compared.
 */
export function maskVaryingFields(runs: { base: RunRecords; baseAgain: RunRecords; head: RunRecords }): MaskedLogs {
  const [one, other] = [valuesByField(runs.base.logs), valuesByField(runs.baseAgain.logs)];
  const varying = new Set(
    [...one, ...other].filter(([field]) => one.get(field) !== other.get(field)).map(([field]) => field),
  );
  const masked = (logs: Counts): Counts => {
    const result = new Map<string, number>();
    for (const [key, count] of logs) {
      const replaced = withoutVarying(key, varying);
      result.set(replaced, (result.get(replaced) ?? 0) + count);
    }
    return result;
  };
  const masks = [...varying].map((field) => `log field ${field}: differs between two runs of the base`);
  return { base: masked(runs.base.logs), baseAgain: masked(runs.baseAgain.logs), head: masked(runs.head.logs), masks };
}

function parsed(key: string): { level: string; fields: Fields } | undefined {
  const [level = '', content = ''] = key.split('\n');
  if (!content.startsWith('{')) return undefined;
  try {
    return { level, fields: JSON.parse(content) as Fields };
  } catch {
    // Cut off, or braces of another kind: compared as text.
    return undefined;
  }
}

/** Records of one kind: the same level, message and set of fields. */
function kindOf(level: string, fields: Fields): string {
  const message = fields['msg'] ?? fields['message'] ?? fields['event'] ?? '';
  return `${JSON.stringify(message)} (${level}: ${Object.keys(fields).sort().join(', ')})`;
}

/** Field of a kind → all its values in one run, in one order. */
function valuesByField(logs: Counts): Map<string, string> {
  const values = new Map<string, string[]>();
  for (const [key, count] of logs) {
    const found = parsed(key);
    if (!found) continue;
    const kind = kindOf(found.level, found.fields);
    for (const [name, value] of Object.entries(found.fields)) {
      const field = `${name} of ${kind}`;
      values.set(field, [...(values.get(field) ?? []), `${JSON.stringify(value)} ${count}`]);
    }
  }
  return new Map([...values].map(([field, list]) => [field, list.sort().join('\n')]));
}

function withoutVarying(key: string, varying: ReadonlySet<string>): string {
  const found = varying.size > 0 ? parsed(key) : undefined;
  if (!found) return key;
  const kind = kindOf(found.level, found.fields);
  const fields = Object.entries(found.fields).map(([name, value]) => [
    name,
    varying.has(`${name} of ${kind}`) ? VARIES : value,
  ]);
  return `${found.level}\n${JSON.stringify(Object.fromEntries(fields))}`;
}
