export class Feed {
  items: string[] = [];

  all(): string[] {
    return [...this.items].filter((item) => {
      this.items = [];
      return item !== '';
    });
  }
}
