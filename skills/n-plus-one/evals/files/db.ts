export interface Order {
  readonly buyerId: string;
}

export interface Buyer {
  readonly id: string;
  readonly name: string;
}

export interface Db {
  findOne(table: 'buyer', id: string): Promise<Buyer | undefined>;
  /** In any order; those that are not there are left out. At most 1,000 ids. */
  findByIds(table: 'buyer', ids: readonly string[]): Promise<readonly Buyer[]>;
  query(sql: string, values: readonly unknown[]): Promise<readonly Buyer[]>;
}
