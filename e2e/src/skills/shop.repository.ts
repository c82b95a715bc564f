import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { labels, stock } from './shop.opportunities.js';
import { feeds, orders, quotes, rates } from './shop.regressions.js';

/** A repository with many services in folders, and a configuration that names them all. */
export interface Shop {
  bare: string;
  config: string;
  /** Commits that cost, by their service, each with the commit before it. */
  slowed: Readonly<Record<'orders' | 'rates' | 'feeds', { commit: string; previous: string }>>;
  /** The tip of the branch. */
  head: string;
}

/** Options of {@link makeShop}. */
export interface ShopOptions {
  /** Services that have their benchmark; any other ends with the verdict `no-benchmark` where one is needed. @default none */
  measured?: readonly string[];
}

const node = { test: ['node', '--test', '--test-isolation=none', 'test/*.test.*'], bench: ['node', 'bench/run.mjs'] };
const python = { test: ['python3', '-m', 'unittest', '-v'], bench: ['python3', 'bench/run.py'] };
const tools = { orders: node, quotes: node, rates: node, feeds: node, stock: node, labels: python };
/** Each arm needs some tenths of a second. */
const OPERATIONS: Readonly<Record<string, number>> = { orders: 4000, labels: 700_000 };

/** Builds the repository and writes the configuration. */
export async function makeShop(dir: string, { measured = [] }: ShopOptions = {}): Promise<Shop> {
  const first = { ...orders.files, ...quotes.files, ...rates.files, ...feeds.files, ...stock.files, ...labels.files };
  const commits: TestCommit[] = [
    { message: 'shop: take orders', files: first },
    { message: 'orders: tell each price that is added', files: orders.slower },
    { message: 'rates: find a currency however it is spelt', files: rates.slower },
    { message: 'feeds: raise quick-feed', files: feeds.slower },
  ];
  const { bare, commits: ids } = await buildRepository(join(dir, 'origin'), commits);
  const services = Object.fromEntries(
    Object.entries(tools).map(([name, { test, bench }]) => [
      name,
      {
        repository: { name: 'example/shop', url: bare, path: `services/${name}` },
        team: name,
        unitOfWork: 'request',
        test,
        ...(measured.includes(name) && {
          benchmark: { command: [...bench, '{operations}'], operations: OPERATIONS[name] },
        }),
      },
    ]),
  );
  const config = join(dir, 'shop.config.yaml');
  // The effects are large, and few rounds tell. JSON is YAML.
  await writeFile(config, JSON.stringify({ version: 1, verification: { looks: [8] }, services }, null, 2));
  const [start = '', order = '', rate = '', head = ''] = ids;
  const slowed = {
    orders: { commit: order, previous: start },
    rates: { commit: rate, previous: order },
    feeds: { commit: head, previous: rate },
  };
  return { bare, config, slowed, head };
}
