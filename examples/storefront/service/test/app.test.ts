import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createApp, type App } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { problemsOf } from './support/records.ts';

const app: App = createApp(readConfig({}));
const get = (url: string) => app({ method: 'GET', url });
const post = (url: string, body: unknown) => app({ method: 'POST', url, body });

describe('catalogue and search', () => {
  test('health is up', () => {
    assert.equal(get('/health').status, 200);
  });

  test('products can be listed by category', () => {
    const { products } = get('/products?category=bath').body as { products: { category: string }[] };

    assert.ok(products.length > 3);
    assert.ok(products.every(({ category }) => category === 'bath'));
  });

  test('a product comes with related ones', () => {
    const body = get('/products/KT-104').body as { sku: string; related: unknown[] };

    assert.equal(body.sku, 'KT-104');
    assert.ok(body.related.length > 0);
  });

  test('search finds products by words', () => {
    const { hits } = get('/search?q=enamel+mugs').body as { hits: { product: { sku: string } }[] };

    assert.equal(hits[0]?.product.sku, 'KT-101');
  });

  test('what does not exist is not found', () => {
    assert.equal(get('/products/XX-000').status, 404);
    assert.equal(get('/nothing').status, 404);
    assert.equal(app({ method: 'DELETE', url: '/products' }).status, 404);
  });
});

describe('carts', () => {
  const lines = [
    { sku: 'KT-104', quantity: 3 },
    { sku: 'ST-303', quantity: 1 },
  ];

  test('a cart is created, read and quoted', () => {
    const created = post('/carts', { lines });
    const { id } = created.body as { id: string };

    assert.equal(created.status, 201);
    assert.deepEqual(get(`/carts/${id}`).body, { id, lines });
    const quote = get(`/carts/${id}/quote?country=DE`).body as { goodsCents: number; country: string };
    assert.equal(quote.goodsCents, 3 * 1295 + 2790);
    assert.equal(quote.country, 'DE');
  });

  test('a quote is for the default country unless one is named', () => {
    const { id } = post('/carts', { lines }).body as { id: string };

    assert.equal((get(`/carts/${id}/quote`).body as { country: string }).country, 'NL');
    assert.equal(get(`/carts/${id}/quote?country=US`).status, 422);
  });

  test('a cart that cannot be is refused with the reason', () => {
    assert.equal(post('/carts', undefined).status, 422);
    assert.equal(post('/carts', { lines: [] }).status, 422);
    assert.equal(post('/carts', { lines: [null] }).status, 422);
    assert.match(
      JSON.stringify(post('/carts', { lines: [{ sku: 'XX-1', quantity: 1 }] }).body),
      /no such product: XX-1/,
    );
    assert.equal(get('/carts/c999999').status, 404);
  });
});

describe('logging', () => {
  test('a request that fails is logged as an error and does not leak the reason', () => {
    const broken = {
      get lines(): never {
        throw new Error('secret');
      },
    };

    const problems = problemsOf(() =>
      assert.deepEqual(post('/carts', broken), { status: 500, body: { error: 'internal error' } }),
    );

    assert.equal(problems[0]?.message, 'request failed');
  });
});
