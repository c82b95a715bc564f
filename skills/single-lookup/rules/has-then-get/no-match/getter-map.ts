export class Lazy {
  reads = 0;

  get values(): Map<string, number> {
    this.reads++;
    return new Map([['a', this.reads]]);
  }

  read(): number {
    if (this.values.has('a')) {
      const value = this.values.get('a')!;
      return value;
    }
    return 0;
  }
}
