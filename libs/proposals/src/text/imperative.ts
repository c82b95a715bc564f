const LONGEST = 72;

function withoutEnding(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?<!ca)(?:ss|sh|ch|x|zz)es$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

/**
 * A sentence about what a candidate does ("Moves two patterns out of tokenize.") as the subject of a commit ("move two patterns out of
 * tokenize"): its verb in the imperative, no full stop, at most 72 characters.
 */
export function imperative(sentence: string): string {
  const line = sentence.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const first = line.split(/(?<=[.!?])\s/)[0]!.replace(/[.!?]+$/, '');
  const [, verb = '', rest = ''] = /^(\p{Lu}\p{Ll}+)(.*)$/u.exec(first) ?? [undefined, '', first];
  const text = verb === '' ? rest : withoutEnding(verb.toLowerCase()) + rest;
  const characters = Array.from(text);
  if (characters.length <= LONGEST) return text;
  return `${characters
    .slice(0, LONGEST - 1)
    .join('')
    .replace(/\s+\S*$/, '')}…`;
}
