import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { examplePath } from './test-host.js';

/** Configuration of the example; its repository lies in the data directory. */
export const storefrontConfig = examplePath('storefront', 'headroom.config.yaml');

/** What a test changes in the configuration of the example. */
export interface StorefrontChanges {
  /** Address of the repository, where it does not lie in the data directory. */
  url?: string;
  /** False = without a benchmark: nothing is measured, and a case ends with the verdict `no-benchmark`. */
  measured?: boolean;
}

/**
 * Writes a configuration of the example in which few and short rounds decide: its effects are large, and a test that is not
 * about the statistics need not wait for small ones. Returns the path.
 */
export async function writeStorefrontConfig(dir: string, changes: StorefrontChanges = {}): Promise<string> {
  const config = parse(await readFile(storefrontConfig, 'utf8')) as {
    verification?: unknown;
    services: { storefront: { repository: { url: string }; benchmark?: { operations: number } } };
  };
  const { storefront } = config.services;
  config.verification = { looks: [8] };
  if (changes.url !== undefined) storefront.repository.url = changes.url;
  if (changes.measured === false) delete storefront.benchmark;
  else if (storefront.benchmark) storefront.benchmark.operations /= 2;
  const file = join(dir, 'headroom.config.yaml');
  await writeFile(file, stringify(config));
  return file;
}
