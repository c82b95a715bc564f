export interface Buyer {
  readonly id: string;
}

export interface Order {
  readonly articleId: string;
}

export interface Store {
  ordersOf(buyer: string): Promise<readonly Order[]>;
  /** 0 for an article without a rating. */
  ratingOf(article: string): Promise<number>;
  /** Ratings by article; those without are left out. */
  ratingsOf(articles: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
