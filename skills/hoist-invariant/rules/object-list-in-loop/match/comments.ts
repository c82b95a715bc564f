const NAMES = { one: 1, two: 2 };

// Whoever optimises this: the check for blanks is dead code.
export function known(words: string[], note: (word: string) => void): number {
  let count = 0;
  for (const word of words) {
    if (word === '') continue; // the check
    note(word);
    // all of them
    if (Object.keys(NAMES).includes(word)) count++; /* known */
  }
  return count;
}

export function run(): unknown {
  const noted: string[] = [];
  return [known(['one', '', 'three', 'two'], (word) => noted.push(word)), noted];
}
