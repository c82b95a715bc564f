export class Queue {
  all: string[] = ['a'];
  get next() {
    this.all.push('b');
    return 1;
  }
  count() {
    let n = 0;
    for (const _ of [...this.all]) {
      const { next } = this;
      n += next;
    }
    return n;
  }
}
