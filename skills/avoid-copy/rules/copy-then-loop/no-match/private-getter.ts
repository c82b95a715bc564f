export class Queue {
  readonly #all: string[] = ['a'];
  get #next() {
    this.#all.push('b');
    return 1;
  }
  count() {
    let n = 0;
    for (const _ of [...this.#all]) n += this.#next;
    return n;
  }
}
