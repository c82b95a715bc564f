/** Which samples are merged: a profile type, label matchers, and a stretch in milliseconds since 1970. */
export interface Selected {
  profileType: string;
  /** `{service_name="till"}` */
  labelSelector: string;
  startMs: number;
  endMs: number;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

function textField(number: number, text: string): Uint8Array[] {
  const bytes = Buffer.from(text, 'utf8');
  return [Uint8Array.from([number * 8 + 2, ...varint(bytes.length)]), bytes];
}

/**
 * `querier.v1.SelectMergeProfileRequest` in protobuf: of the two encodings of the API, the one in which its answer is a pprof.
 * Fields 1 to 4: profile_typeID, label_selector, start, end.
 */
export function encodeSelectMergeProfile({ profileType, labelSelector, startMs, endMs }: Selected): Uint8Array {
  return Buffer.concat([
    ...textField(1, profileType),
    ...textField(2, labelSelector),
    Uint8Array.from([3 * 8, ...varint(startMs)]),
    Uint8Array.from([4 * 8, ...varint(endMs)]),
  ]);
}

/** A selector of label matchers: each label has exactly this value, or none where it is empty. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${matchers.join(',')}}`;
}
