const known: RegExp[] = [];

export function store(text: string): number {
  const pattern = new RegExp('a');
  if (pattern.test(text)) known.push(pattern);
  return known.length;
}
