import { Catalogue, type Product } from '../../src/catalogue.ts';

const DEFAULTS: Product = {
  sku: 'KT-100',
  title: 'Mixing bowl',
  category: 'kitchen',
  priceCents: 1000,
  weightGrams: 400,
  stock: 5,
};

export function product(fields: Partial<Product> = {}): Product {
  return { ...DEFAULTS, ...fields };
}

export function catalogueOf(...products: Product[]): Catalogue {
  return new Catalogue(300, () => products);
}
