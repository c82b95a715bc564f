import { CartError, CartStore, type CartLine } from './cart.ts';
import { Catalogue } from './catalogue.ts';
import type { Config } from './config.ts';
import { rootLogger } from './logging.ts';
import { quoteCart } from './pricing.ts';
import { loadPromotions } from './promotions.ts';
import { search } from './search.ts';
import { delivers } from './shipping.ts';

export interface AppRequest {
  method: string;
  /** Path and query, as on the request line. */
  url: string;
  body?: unknown;
}

export interface AppResponse {
  status: number;
  body: unknown;
}

export type App = (request: AppRequest) => AppResponse;

type Handler = (parts: string[], query: URLSearchParams, body: unknown) => AppResponse;

const log = rootLogger.child('http');

const ok = (body: unknown): AppResponse => ({ status: 200, body });
const problem = (status: number, error: string): AppResponse => ({ status, body: { error } });

function readLines(body: unknown): CartLine[] {
  const lines = (body as { lines?: unknown } | undefined)?.lines;
  if (!Array.isArray(lines) || lines.length === 0) throw new CartError('lines are missing');
  return lines.map((line: Partial<CartLine> | null) => ({ sku: String(line?.sku), quantity: Number(line?.quantity) }));
}

function routes(config: Config): Record<string, Handler> {
  const catalogue = new Catalogue(config.catalogueTtlSeconds);
  const carts = new CartStore();
  const pricing = { catalogue, promotions: loadPromotions(), freeDeliveryCents: config.freeDeliveryCents };

  return {
    'GET health': () => ok({ status: 'up' }),
    'GET products': ([sku], query) => {
      const category = query.get('category');
      if (!sku) return ok({ products: category ? catalogue.inCategory(category) : catalogue.products() });
      const product = catalogue.find(sku);
      return product ? ok({ ...product, related: catalogue.related(product) }) : problem(404, 'no such product');
    },
    'GET search': (_parts, query) => {
      const text = query.get('q') ?? '';
      return ok({ query: text, hits: search(catalogue.products(), text) });
    },
    'POST carts': (_parts, _query, body) => {
      const lines = readLines(body);
      const unknown = lines.find((line) => !catalogue.find(line.sku));
      if (unknown) return problem(422, `no such product: ${unknown.sku}`);
      return { status: 201, body: carts.create(lines) };
    },
    'GET carts': ([id = '', view], query) => {
      const cart = carts.find(id);
      if (!cart) return problem(404, 'no such cart');
      if (view !== 'quote') return ok(cart);
      const country = query.get('country') ?? config.defaultCountry;
      if (!delivers(country)) return problem(422, `no delivery to ${country}`);
      return ok(quoteCart(cart, country, pricing));
    },
  };
}

export function createApp(config: Config): App {
  const table = routes(config);
  return (request) => {
    const [path = '', queryText] = request.url.split('?', 2);
    const [, resource = '', ...parts] = path.split('/');
    const handler = table[`${request.method} ${resource}`];
    if (!handler) return problem(404, 'no such resource');
    try {
      return handler(parts, new URLSearchParams(queryText), request.body);
    } catch (error) {
      if (error instanceof CartError) return problem(422, error.message);
      log.error('request failed', { method: request.method, path, reason: String(error) });
      return problem(500, 'internal error');
    }
  };
}
