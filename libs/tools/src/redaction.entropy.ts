const SHORTEST_RANDOM = 24;
const LONGEST_RANDOM = 512;
/** Bits per character; random base64 of 24 characters has 4.2 or so, words in camel case have less. */
const RANDOM_BITS = 4;
/** Share of neighbours of different kinds (small, capital, digit, other); of random base64 about 0.6, of words in camel case 0.3. */
const RANDOM_CHANGES = 0.42;

/** Characters of a line of a private key in its usual text form, and how random such a line is at least, bits per character. */
const KEY_LINE = 64;
const KEY_LINE_BITS = 4.6;

/** Commit ids, digests, UUIDs, checksums of lock files: they look random and are public. */
const PUBLIC =
  /^(?:[0-9a-f]+|[0-9A-F]+|(?:0x)[0-9a-fA-F]+|\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?|(?:sha(?:1|224|256|384|512)|md5|blake[23]b?)[-:=][A-Za-z0-9+/=_-]+|h1:[A-Za-z0-9+/=]+|[\w./-]+@sha256:[0-9a-f]+)$/;

/** Whether a text looks like random bytes written down and is none of the identifiers that are public. */
export function looksRandom(value: string): boolean {
  if (value.length < SHORTEST_RANDOM || value.length > LONGEST_RANDOM) return false;
  if (!/^[A-Za-z0-9+/_=.~-]+$/.test(value) || PUBLIC.test(value)) return false;
  if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || (value.match(/\d/g)?.length ?? 0) < 2) return false;
  if (value.length === KEY_LINE && entropyOf(value) >= KEY_LINE_BITS && !/[-_.~]/.test(value)) return true;
  return entropyOf(value) >= RANDOM_BITS && changesOf(value) >= RANDOM_CHANGES;
}

/** Whether a value is too plain to be a secret: empty, a switch, a small number. */
export function shortOfASecret(value: string): boolean {
  return value.trim().length < 4 || /^(?:true|false|null|none|yes|no|off|on|\d{1,3})$/i.test(value.trim());
}

/** Shannon entropy of the characters, bits per character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const each of value) counts.set(each, (counts.get(each) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

function kindOf(character: string): number {
  if (/[a-z]/.test(character)) return 0;
  if (/[A-Z]/.test(character)) return 1;
  return /\d/.test(character) ? 2 : 3;
}

function changesOf(value: string): number {
  const kinds = Array.from(value, kindOf);
  return kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length / (kinds.length - 1);
}
