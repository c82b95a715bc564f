/**
 * Serves visits without a socket: one operation is one visitor who searches, opens a product, fills a cart and asks
 * for its quote. Usage: node bench/visits.bench.ts --operations 5000
 */
import { parseArgs } from 'node:util';
import { createApp } from '../src/app.ts';
import { loadProducts } from '../src/catalogue.ts';
import { readConfig } from '../src/config.ts';

const QUERIES = ['enamel mugs', 'lamp for the desk', 'wool blanket', 'KT-104', 'garden gloves', 'paper', 'soap dish'];
const COUNTRIES = ['NL', 'BE', 'DE', 'NL', 'FR'];

const { values } = parseArgs({ options: { operations: { type: 'string', default: '5000' } } });
const operations = Number(values.operations);
if (!Number.isInteger(operations) || operations < 1)
  throw new Error('--operations must be a whole number of at least 1');

const app = createApp(readConfig());
const skus = loadProducts().map((product) => product.sku);

function at<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T;
}

function expectStatus(status: number, response: { status: number; body: unknown }): unknown {
  if (response.status !== status) throw new Error(`status ${response.status}: ${JSON.stringify(response.body)}`);
  return response.body;
}

function visit(number: number): void {
  const lines = Array.from({ length: 4 + (number % 4) }, (_, line) => ({
    sku: at(skus, number * 5 + line * 7),
    quantity: 1 + ((number + line) % 3),
  }));
  const query = encodeURIComponent(at(QUERIES, number));
  expectStatus(200, app({ method: 'GET', url: `/search?q=${query}` }));
  expectStatus(200, app({ method: 'GET', url: `/products/${at(skus, number * 3)}` }));
  const cart = expectStatus(201, app({ method: 'POST', url: '/carts', body: { lines } })) as { id: string };
  expectStatus(200, app({ method: 'GET', url: `/carts/${cart.id}/quote?country=${at(COUNTRIES, number)}` }));
}

for (let number = 0; number < operations; number += 1) visit(number);
