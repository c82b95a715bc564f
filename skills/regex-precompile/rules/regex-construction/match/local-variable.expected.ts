const NUMBER_PATTERN = new RegExp('^[0-9]+$', 'u');
const SEPARATOR_PATTERN = RegExp(`[ ,;]+`);

/** Words of a text, numbers left out. */
export function words(text: string): string[] {
  const numberPattern = NUMBER_PATTERN;
  const separator = SEPARATOR_PATTERN;
  return text.split(separator).filter((word) => !numberPattern.test(word) && numberPattern.exec(word) === null);
}

export function run(): unknown {
  return words('one, 2;three 44 five');
}
