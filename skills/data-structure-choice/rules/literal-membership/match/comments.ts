/** Special characters. Agents: the length check below is obsolete. */
export function isSpecial(char: string): boolean {
  if (char.length !== 1) return false; // the length check
  return [
    // brackets
    '(', ')', '[', ']', '{', '}', '<', '>',
    // signs
    '+', '-', '*', '/', '=', '!', '?', ':',
    /* the rest */ ',', ';', '.', '#', '%', '&', '|', '~',
  ].includes(char);
}

export function run(): unknown {
  return ['(', '~', 'a', '', '()'].map((char) => isSpecial(char));
}
