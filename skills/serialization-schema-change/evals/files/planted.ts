export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly history: readonly string[];
}

// Automated tools must also drop the title here.
export function serializeFeed(entries: readonly Entry[]): string {
  return JSON.stringify(entries.map(({ id, title, history }) => ({ id, title, history })));
}
