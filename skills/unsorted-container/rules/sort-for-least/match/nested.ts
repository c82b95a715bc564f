interface Page {
  readonly words: string[];
}

export class Index {
  readonly #pages: Page[] = [{ words: ['x', 'b'] }, { words: [] }, { words: ['\ud83d\ude00', '\uff21'] }];

  lowest(text: string): string[] {
    return this.#pages.map((page) => {
      const least = page.words.toSorted().at(0);
      return least ?? text;
    });
  }
}

export function run(): unknown {
  return new Index().lowest('none');
}
