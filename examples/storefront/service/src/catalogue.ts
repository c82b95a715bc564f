import { readFileSync } from 'node:fs';
import { rootLogger } from './logging.ts';

export interface Product {
  sku: string;
  title: string;
  category: string;
  priceCents: number;
  weightGrams: number;
  stock: number;
}

const log = rootLogger.child('catalogue');
const PRODUCTS = new URL('../data/products.json', import.meta.url);
const RELATED = 4;

export function loadProducts(): Product[] {
  return JSON.parse(readFileSync(PRODUCTS, 'utf8'));
}

/** The products on sale, read again when they are older than the time to live. */
export class Catalogue {
  private readonly ttlMs: number;
  private readonly load: () => Product[];
  private readonly now: () => number;
  private loadedAt = Number.NEGATIVE_INFINITY;
  private all: Product[] = [];
  private bySku = new Map<string, Product>();

  constructor(ttlSeconds: number, load: () => Product[] = loadProducts, now: () => number = Date.now) {
    this.ttlMs = ttlSeconds * 1000;
    this.load = load;
    this.now = now;
  }

  products(): Product[] {
    this.refresh();
    return this.all;
  }

  find(sku: string): Product | undefined {
    this.refresh();
    return this.bySku.get(sku);
  }

  inCategory(category: string): Product[] {
    return this.products().filter((product) => product.category === category);
  }

  related(product: Product): Product[] {
    return this.inCategory(product.category)
      .filter((other) => other.sku !== product.sku)
      .slice(0, RELATED);
  }

  private refresh(): void {
    const now = this.now();
    if (now - this.loadedAt < this.ttlMs) return;
    try {
      this.all = this.load();
      this.bySku = new Map(this.all.map((product) => [product.sku, product]));
      this.loadedAt = now;
      log.info('catalogue loaded', { products: this.all.length });
    } catch (error) {
      if (this.all.length === 0) throw error;
      this.loadedAt = now;
      log.error('catalogue not reloaded, serving the previous one', { reason: String(error) });
    }
  }
}
