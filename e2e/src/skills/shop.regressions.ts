/** Files of a service, and of the change that made it dearer. Paths are those of the repository. */
export interface SlowedService {
  files: Record<string, string>;
  slower: Record<string, string>;
}

function manifest(name: string, version?: string): string {
  const dependencies = version === undefined ? {} : { dependencies: { 'quick-feed': version } };
  return `${JSON.stringify({ name, version: '1.0.0', type: 'module', private: true, ...dependencies }, null, 2)}\n`;
}

const logger = `export class Logger {
  info(message: string, fields: Record<string, unknown> = {}): void {
    process.stdout.write(JSON.stringify({ level: 'info', message, ...fields }) + '\\n');
  }
}

export const logger = new Logger();
`;
const total = (call: string): string => `import { logger } from './logger.ts';

/** Sum of the prices of an order, in cents. */
export function total(prices: readonly number[]): number {
  let sum = 0;
  for (const price of prices) {
    sum += price;
${call}  }
  if (sum > 1_000_000) logger.info('large order', { sum });
  return sum;
}
`;

/** A log call within a loop. */
export const orders: SlowedService = {
  files: {
    'services/orders/package.json': manifest('orders'),
    'services/orders/src/logger.ts': logger,
    'services/orders/src/orders.ts': total(''),
    'services/orders/test/orders.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/orders.ts';

test('adds prices', () => {
  assert.equal(total([1, 2, 3]), 6);
  assert.equal(total([]), 0);
  for (let size = 1; size < 150; size += 1) assert.equal(total(Array.from({ length: size }, () => 2)), size * 2);
});
`,
    'services/orders/bench/run.mjs': `import { total } from '../src/orders.ts';

const operations = Number(process.argv[2]);
const prices = Array.from({ length: 25 }, (_, index) => index * 3);
for (let index = 0; index < operations; index += 1) {
  if (total(prices) !== 900) throw new Error('the benchmark added wrongly');
}
`,
  },
  slower: { 'services/orders/src/orders.ts': total(`    logger.info('price added', { price, sum });\n`) },
};

/** A setting that a deployment changed: the repository has its new value already. */
export const quotes: SlowedService = {
  files: {
    'services/quotes/package.json': manifest('quotes'),
    'services/quotes/config/production.yml': `# What production runs with.
quotes:
  currency: EUR
  cacheEntries: 0 # least recently used go first
`,
    'services/quotes/src/settings.ts': `export const settings = { 'quotes.cacheEntries': Number(process.env.CACHE_ENTRIES ?? 1000) };\n`,
    'services/quotes/src/quotes.ts': `import { settings } from './settings.ts';

const known = new Map<string, number>();

export function quote(item: string): number {
  const found = known.get(item);
  if (found !== undefined) return found;
  const price = [...item].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  if (known.size < settings['quotes.cacheEntries']) known.set(item, price);
  return price;
}
`,
    'services/quotes/test/quotes.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote } from '../src/quotes.ts';

test('prices an item', () => assert.equal(quote('ab'), 195));
`,
  },
  slower: {},
};

const convert = (
  body: string,
): string => `const RATES: Readonly<Record<string, number>> = { EUR: 1, SEK: 11.2, NOK: 11.6 };

/** An amount in another currency. */
export function convert(cents: number, currency: string): number {
${body}}
`;

/** Code that no rule knows: only the whole commit can be taken back. */
export const rates: SlowedService = {
  files: {
    'services/rates/package.json': manifest('rates'),
    'services/rates/src/rates.ts': convert('  return Math.round(cents * (RATES[currency] ?? 1));\n'),
    'services/rates/test/rates.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convert } from '../src/rates.ts';

test('converts', () => assert.equal(convert(100, 'SEK'), 1120));
`,
  },
  slower: {
    'services/rates/src/rates.ts': convert(
      `  let rate = 1;
  for (const [name, found] of Object.entries(RATES)) {
    if (name.localeCompare(currency, 'en', { sensitivity: 'base' }) === 0) rate = found;
  }
  return Math.round(cents * rate);
`,
    ),
  },
};

function lockOf(version: string): string {
  const root = { name: 'feeds', version: '1.0.0', dependencies: { 'quick-feed': version } };
  const packages = { '': root, 'node_modules/quick-feed': { version } };
  return `${JSON.stringify({ name: 'feeds', version: '1.0.0', lockfileVersion: 3, packages }, null, 2)}\n`;
}

/** A package that moved to another version. */
export const feeds: SlowedService = {
  files: {
    'services/feeds/package.json': manifest('feeds', '2.4.1'),
    'services/feeds/package-lock.json': lockOf('2.4.1'),
    'services/feeds/src/feeds.ts': `import { parse } from 'quick-feed';

/** Titles of the entries of a feed. */
export function titles(feed: string): string[] {
  return parse(feed).map((entry: { title: string }) => entry.title);
}
`,
    'services/feeds/test/feeds.test.ts': `import { test } from 'node:test';

test('nothing', () => undefined);
`,
  },
  slower: {
    'services/feeds/package.json': manifest('feeds', '3.0.0'),
    'services/feeds/package-lock.json': lockOf('3.0.0'),
  },
};
