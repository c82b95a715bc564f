class RegExp {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  test(text: string): boolean {
    return text === this.text;
  }
}

export function same(text: string): boolean {
  return new RegExp('a').test(text);
}
