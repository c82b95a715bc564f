/**
 * Histories that differ from the one in deployments.mjs in what deployment d10 brings. None of them has the log line.
 */
import { DEPLOYMENTS } from './deployments.mjs';

const CHANGED = 'd10';
const LOG_LINE = 'promotions: record which offers a line was checked against';

/** One commit makes one function slow: the index of the catalogue goes, every look-up compares every article. */
const SLOWER_LOOKUP = [
  {
    author: 'discovery',
    message: 'catalogue: count the served products where a reload fails',
    edits: [
      {
        file: 'src/catalogue.ts',
        find: "log.error('catalogue not reloaded, serving the previous one', { reason: String(error) });",
        replace:
          'const products = this.all.length;\n' +
          "      log.error('catalogue not reloaded, serving the previous one', { products, reason: String(error) });",
      },
    ],
  },
  {
    author: 'support',
    message:
      'catalogue: find an article however its number is written\n\n' +
      'Customers read numbers out as "kt 104"; support pastes them as they come.',
    edits: [
      {
        file: 'src/catalogue.ts',
        find: '    return this.bySku.get(sku);',
        replace:
          "    const plain = (number: string) => number.normalize('NFKC').replaceAll(/[\\s-]/g, '').toUpperCase();\n" +
          '    const found = this.all.filter((product) => plain(product.sku) === plain(sku));\n' +
          '    return found.length === 1 ? found[0] : undefined;',
      },
      { file: 'src/catalogue.ts', find: '  private bySku = new Map<string, Product>();\n', replace: '' },
      {
        file: 'src/catalogue.ts',
        find: '      this.bySku = new Map(this.all.map((product) => [product.sku, product]));\n',
        replace: '',
      },
      {
        file: 'test/catalogue.test.ts',
        find: "  assert.equal(catalogue.find('KT-3'), undefined);",
        replace:
          "  assert.equal(catalogue.find('kt 2')?.sku, 'KT-2');\n  assert.equal(catalogue.find('KT-3'), undefined);",
      },
    ],
  },
];

/** Two commits of two authors make one function slow, each by about half: no single change explains the shift. */
const SPREAD_OUT = [
  {
    author: 'support',
    message: 'pricing: write the price of a piece as the shop shows it',
    edits: [
      {
        file: 'src/pricing.ts',
        find: '    lines.push({ ...line, promotions, payableCents });',
        replace:
          "    const price = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(line.unitCents / 100);\n" +
          '    lines.push({ ...line, promotions, payableCents, price });',
      },
      { file: 'src/pricing.ts', find: '  payableCents: number;', replace: '  payableCents: number;\n  price: string;' },
      {
        file: 'test/pricing.test.ts',
        find: "  test('delivers light goods as a letter', () => {",
        replace: `  test('writes the price of a piece', () => {
    assert.equal(quoteCart(cartOf(['KT-1', 2]), 'NL', context()).lines[0]?.price, '€10.00');
  });

  test('delivers light goods as a letter', () => {`,
      },
    ],
  },
  {
    author: 'checkout',
    message: 'pricing: list the weights for the packing table',
    edits: [
      {
        file: 'src/pricing.ts',
        find: '    weightGrams += product.weightGrams * quantity;',
        replace:
          '    const grams = product.weightGrams * quantity;\n' +
          "    weights.push(new Intl.NumberFormat('en', { style: 'unit', unit: 'kilogram' }).format(grams / 1000));\n" +
          '    weightGrams += grams;',
      },
      {
        file: 'src/pricing.ts',
        find: '  let weightGrams = 0;',
        replace: '  let weightGrams = 0;\n  const weights: string[] = [];',
      },
      { file: 'src/pricing.ts', find: '  pieces: number;', replace: '  pieces: number;\n  weights: string[];' },
      { file: 'src/pricing.ts', find: '    pieces,\n', replace: '    pieces,\n    weights,\n' },
      {
        file: 'test/pricing.test.ts',
        find: "  test('delivers light goods as a letter', () => {",
        replace: `  test('lists the weights of the lines', () => {
    assert.match(quoteCart(cartOf(['KT-1', 2]), 'NL', context()).weights[0] ?? '', /^[0-9.]+ kg$/);
  });

  test('delivers light goods as a letter', () => {`,
      },
    ],
  },
];

/** Other commits where the log line was. */
function insteadOfTheLogLine(commits) {
  return DEPLOYMENTS.map((each) => {
    if (each.deployment !== CHANGED) return each;
    const others = each.commits.flatMap((commit) => (commit.message.startsWith(LOG_LINE) ? commits : [commit]));
    return { ...each, commits: others };
  });
}

/** Deployments of the other histories, by name. */
const VARIANTS = {
  'slower-lookup': insteadOfTheLogLine(SLOWER_LOOKUP),
  'spread-out': insteadOfTheLogLine(SPREAD_OUT),
};

/** Deployments of a variant. */
export function variant(name) {
  if (Object.hasOwn(VARIANTS, name)) return VARIANTS[name];
  throw new Error(`--variant must be one of ${Object.keys(VARIANTS).join(', ')}, found "${name}"`);
}
