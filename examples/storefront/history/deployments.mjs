/**
 * What happened to the service after its first commit (the folder `service/`), deployment by deployment.
 *
 * A code deployment brings 1 to 4 commits. A commit is a list of edits: `find` must occur exactly once in the file and
 * becomes `replace`; a file with `content` is new. A configuration deployment changes settings of the running service.
 */
export const DEPLOYMENTS = [
  {
    deployment: 'd01',
    kind: 'code',
    commits: [
      {
        author: 'platform',
        message: 'docs: say how to follow one request in the log',
        edits: [
          {
            file: 'docs/operations.md',
            find: '`LOG_LEVEL` is `info` in production.',
            replace:
              '`LOG_LEVEL` is `info` in production.\n- Every request leaves one `request handled` record with its path and status.',
          },
        ],
      },
    ],
  },
  {
    deployment: 'd02',
    kind: 'code',
    commits: [
      {
        author: 'checkout',
        message:
          'cart: say "pieces" where a quantity is too large\n\nCustomers read "at most 99 of KT-104" as a price.',
        edits: [
          {
            file: 'src/cart.ts',
            find: '`at most ${MAX_QUANTITY} of ${excessive.sku}`',
            replace: '`at most ${MAX_QUANTITY} pieces of ${excessive.sku}`',
          },
          { file: 'test/cart.test.ts', find: '/at most 99/', replace: '/at most 99 pieces of KT-1/' },
        ],
      },
      {
        author: 'merchandising',
        message: 'data: name the picnic rug as on its label',
        edits: [
          {
            file: 'data/products.json',
            find: 'Picnic rug with a waterproof back',
            replace: 'Picnic rug with a waxed back',
          },
        ],
      },
    ],
  },
  {
    deployment: 'd03',
    kind: 'code',
    commits: [
      {
        author: 'discovery',
        message: 'catalogue: do not suggest related products that are sold out',
        edits: [
          {
            file: 'src/catalogue.ts',
            find: '.filter((other) => other.sku !== product.sku)',
            replace: '.filter((other) => other.sku !== product.sku && other.stock > 0)',
          },
        ],
      },
      {
        author: 'discovery',
        message: 'catalogue: test that sold out products are not suggested',
        edits: [
          {
            file: 'test/catalogue.test.ts',
            find: "test('the catalogue is read again only after its time to live', () => {",
            replace: `test('related products are in stock', () => {
  const pan = product({ sku: 'KT-1' });
  const catalogue = catalogueOf(pan, product({ sku: 'KT-2', stock: 0 }), product({ sku: 'KT-3' }));

  assert.deepEqual(
    catalogue.related(pan).map(({ sku }) => sku),
    ['KT-3'],
  );
});

test('the catalogue is read again only after its time to live', () => {`,
          },
        ],
      },
      {
        author: 'platform',
        message: 'config: refuse a default country that is not a country code',
        edits: [
          {
            file: 'src/config.ts',
            find: 'export function readConfig(',
            replace: `function country(env: NodeJS.ProcessEnv): string {
  const text = env['DEFAULT_COUNTRY'] ?? 'NL';
  if (!/^[A-Z]{2}$/.test(text)) throw new Error(\`DEFAULT_COUNTRY must be a country code, found "\${text}"\`);
  return text;
}

export function readConfig(`,
          },
          {
            file: 'src/config.ts',
            find: "defaultCountry: env['DEFAULT_COUNTRY'] ?? 'NL',",
            replace: 'defaultCountry: country(env),',
          },
          {
            file: 'test/config.test.ts',
            find: "  assert.throws(() => readConfig({ LOG_LEVEL: 'loud' })",
            replace:
              "  assert.throws(() => readConfig({ DEFAULT_COUNTRY: 'nl' }), /DEFAULT_COUNTRY must be a country code/);\n" +
              "  assert.throws(() => readConfig({ LOG_LEVEL: 'loud' })",
          },
        ],
      },
    ],
  },
  {
    deployment: 'd04',
    kind: 'code',
    commits: [
      {
        author: 'payments',
        message: 'pricing: count the pieces of a quote\n\nThe payment page shows "5 pieces" beside the total.',
        edits: [
          {
            file: 'src/pricing.ts',
            find: '  goodsCents: number;\n  discountCents: number;\n  delivery: Delivery;',
            replace: '  pieces: number;\n  goodsCents: number;\n  discountCents: number;\n  delivery: Delivery;',
          },
          {
            file: 'src/pricing.ts',
            find: '  let goodsCents = 0;',
            replace: '  let pieces = 0;\n  let goodsCents = 0;',
          },
          {
            file: 'src/pricing.ts',
            find: '    goodsCents += line.totalCents;',
            replace: '    pieces += quantity;\n    goodsCents += line.totalCents;',
          },
          { file: 'src/pricing.ts', find: '    lines,\n', replace: '    lines,\n    pieces,\n' },
        ],
      },
      {
        author: 'payments',
        message: 'pricing: test the number of pieces',
        edits: [
          {
            file: 'test/pricing.test.ts',
            find: "  test('delivers light goods as a letter', () => {",
            replace: `  test('counts pieces, not articles', () => {
    assert.equal(quoteCart(cartOf(['KT-1', 2], ['ST-1', 3]), 'NL', context()).pieces, 5);
  });

  test('delivers light goods as a letter', () => {`,
          },
        ],
      },
    ],
  },
  {
    deployment: 'd05',
    kind: 'code',
    commits: [
      {
        author: 'platform',
        message: 'http: say which version is running',
        edits: [
          {
            file: 'src/app.ts',
            find: "    'GET health': () => ok({ status: 'up' }),",
            replace:
              "    'GET health': () => ok({ status: 'up' }),\n    'GET version': () => ok({ version: VERSION }),",
          },
          {
            file: 'src/app.ts',
            find: "const log = rootLogger.child('http');",
            replace: "const VERSION = '1.1.0';\nconst log = rootLogger.child('http');",
          },
          { file: 'package.json', find: '"version": "1.0.0"', replace: '"version": "1.1.0"' },
          {
            file: 'README.md',
            find: '- `GET /products?category=kitchen`',
            replace: '- `GET /version`: the version of the service\n- `GET /products?category=kitchen`',
          },
          {
            file: 'test/app.test.ts',
            find: "  test('products can be listed by category', () => {",
            replace: `  test('the version has three numbers', () => {
    assert.match((get('/version').body as { version: string }).version, /^\\d+\\.\\d+\\.\\d+$/);
  });

  test('products can be listed by category', () => {`,
          },
        ],
      },
    ],
  },
  {
    deployment: 'd06',
    kind: 'code',
    commits: [
      {
        author: 'discovery',
        message: 'search: look at the first 80 characters of a query only',
        edits: [
          {
            file: 'src/app.ts',
            find: "const text = query.get('q') ?? '';",
            replace: "const text = (query.get('q') ?? '').slice(0, MAX_QUERY_LENGTH);",
          },
          {
            file: 'src/app.ts',
            find: "const VERSION = '1.1.0';",
            replace: "const VERSION = '1.1.0';\nconst MAX_QUERY_LENGTH = 80;",
          },
        ],
      },
      {
        author: 'discovery',
        message: 'search: test the limit on queries',
        edits: [
          {
            file: 'test/app.test.ts',
            find: "  test('what does not exist is not found', () => {",
            replace: `  test('a long query is cut', () => {
    const { query } = get(\`/search?q=\${'soap+'.repeat(40)}\`).body as { query: string };

    assert.equal(query.length, 80);
  });

  test('what does not exist is not found', () => {`,
          },
        ],
      },
      {
        author: 'platform',
        message: 'docs: list the limits of requests',
        edits: [
          {
            file: 'docs/operations.md',
            find: '- `SIGTERM` drains',
            replace: '- Limits: 64 kB of body, 80 characters of query, 40 articles in a cart.\n- `SIGTERM` drains',
          },
        ],
      },
    ],
  },
  {
    deployment: 'd07',
    kind: 'code',
    commits: [
      {
        author: 'checkout',
        message: 'shipping: deliver to Austria and Luxembourg',
        edits: [
          { file: 'src/shipping.ts', find: "  DE: 'near',\n", replace: "  DE: 'near',\n  LU: 'near',\n" },
          { file: 'src/shipping.ts', find: "  ES: 'far',\n", replace: "  ES: 'far',\n  AT: 'far',\n" },
          { file: 'src/tax.ts', find: 'ES: 21 }', replace: 'ES: 21, AT: 20, LU: 17 }' },
        ],
      },
      {
        author: 'checkout',
        message: 'shipping: test the new countries',
        edits: [
          {
            file: 'test/shipping.test.ts',
            find: "test('a country without delivery is refused', () => {",
            replace: `test('every country of delivery has a price and a tax', () => {
  for (const country of ['NL', 'BE', 'DE', 'LU', 'FR', 'ES', 'AT']) {
    assert.ok(delivers(country), country);
    assert.ok(deliveryFor(country, 100).cents > 0, country);
    assert.ok(taxWithin(country, 10_000) > 1000, country);
  }
});

test('a country without delivery is refused', () => {`,
          },
        ],
      },
    ],
  },
  {
    deployment: 'd08',
    kind: 'code',
    commits: [
      {
        author: 'platform',
        message: 'server: log why a body was refused',
        edits: [
          {
            file: 'src/server.ts',
            find: '  } catch {\n    return { status: 400',
            replace:
              "  } catch (error) {\n    log.warn('body refused', { method, url, reason: String(error) });\n    return { status: 400",
          },
        ],
      },
      {
        author: 'merchandising',
        message: 'data: wording of the autumn offers',
        edits: [
          { file: 'data/promotions.json', find: '"label": "Harvest days"', replace: '"label": "Days of harvest"' },
          { file: 'data/promotions.json', find: '"label": "A tidy desk"', replace: '"label": "The tidy desk"' },
        ],
      },
    ],
  },
  {
    deployment: 'd09',
    kind: 'code',
    commits: [
      {
        author: 'checkout',
        message: 'promotions: say why an offer is ignored',
        edits: [
          {
            file: 'src/promotions.ts',
            find: "log.warn('promotion ignored', { code: promotion.code, percent: promotion.percent });",
            replace:
              "const reason = promotion.percent > 0 ? 'percentage above 80' : 'percentage not above 0';\n" +
              "  log.warn('promotion ignored', { code: promotion.code, percent: promotion.percent, reason });",
          },
        ],
      },
      {
        author: 'checkout',
        message: 'promotions: test the reason of an ignored offer',
        edits: [
          {
            file: 'test/promotions.test.ts',
            find: "describe('loadPromotions', () => {",
            replace: `describe('isUsable', () => {
  test('says why an offer is ignored', () => {
    const [low] = problemsOf(() => isUsable(promotion({ percent: 0 })));
    const [high] = problemsOf(() => isUsable(promotion({ percent: 81 })));

    assert.equal(low?.['reason'], 'percentage not above 0');
    assert.equal(high?.['reason'], 'percentage above 80');
  });
});

describe('loadPromotions', () => {`,
          },
        ],
      },
    ],
  },
  {
    deployment: 'd10',
    kind: 'code',
    commits: [
      {
        author: 'payments',
        message: 'pricing: work out the payable amount of a line before the line is built',
        edits: [
          {
            file: 'src/pricing.ts',
            find: `    lines.push({ ...line, promotions, payableCents: line.totalCents - discount });
`,
            replace: `    const payableCents = line.totalCents - discount;
    lines.push({ ...line, promotions, payableCents });
`,
          },
        ],
      },
      {
        author: 'support',
        message:
          'promotions: record which offers a line was checked against\n\n' +
          'Support can then answer "why did I not get the discount" from the log, without asking checkout.',
        edits: [
          {
            file: 'src/promotions.ts',
            find: '    return [];\n  }\n  return applied;',
            replace:
              "    return [];\n  }\n  log.info('offers checked', { cart, line, considered: promotions, applied });\n  return applied;",
          },
          {
            file: 'docs/operations.md',
            find: '- `SIGTERM` drains',
            replace:
              '- `offers checked` records tell support which offers a line of a cart was checked against.\n- `SIGTERM` drains',
          },
        ],
      },
      {
        author: 'checkout',
        message: 'promotions: read the offers in order of their codes',
        edits: [
          {
            file: 'src/promotions.ts',
            find: '  return all.filter(isUsable);',
            replace: '  return all.filter(isUsable).toSorted((a, b) => (a.code < b.code ? -1 : 1));',
          },
        ],
      },
      {
        author: 'payments',
        message: 'pricing: test an empty cart',
        edits: [
          {
            file: 'test/pricing.test.ts',
            find: "  test('gives the same quote for the same cart', () => {",
            replace: `  test('an empty cart costs its delivery only', () => {
    const quote = quoteCart(cartOf(), 'NL', context());

    assert.deepEqual(quote.lines, []);
    assert.equal(quote.totalCents, quote.delivery.cents);
  });

  test('gives the same quote for the same cart', () => {`,
          },
        ],
      },
    ],
  },
  {
    deployment: 'c01',
    kind: 'config',
    config: [{ key: 'CATALOGUE_TTL_SECONDS', before: '300', after: '120' }],
  },
  {
    deployment: 'd11',
    kind: 'code',
    commits: [
      {
        author: 'discovery',
        message: 'catalogue: list the categories',
        edits: [
          {
            file: 'src/catalogue.ts',
            find: '  related(product: Product): Product[] {',
            replace: `  categories(): string[] {
    return [...new Set(this.products().map((product) => product.category))].toSorted();
  }

  related(product: Product): Product[] {`,
          },
          {
            file: 'src/app.ts',
            find: "    'GET search': (_parts, query) => {",
            replace:
              "    'GET categories': () => ok({ categories: catalogue.categories() }),\n    'GET search': (_parts, query) => {",
          },
          {
            file: 'README.md',
            find: '- `GET /search?q=enamel+mugs`',
            replace: '- `GET /categories`: the categories of the catalogue\n- `GET /search?q=enamel+mugs`',
          },
        ],
      },
      {
        author: 'discovery',
        message: 'catalogue: test the list of categories',
        edits: [
          {
            file: 'test/app.test.ts',
            find: "  test('a product comes with related ones', () => {",
            replace: `  test('categories are listed once, in order', () => {
    const { categories } = get('/categories').body as { categories: string[] };

    assert.deepEqual(categories, ['bath', 'garden', 'home', 'kitchen', 'outdoor', 'stationery']);
  });

  test('a product comes with related ones', () => {`,
          },
        ],
      },
    ],
  },
  {
    deployment: 'd12',
    kind: 'code',
    commits: [
      {
        author: 'platform',
        message: 'docs: describe the environment variables',
        edits: [
          {
            file: 'docs/configuration.md',
            content: `# Configuration

- \`HOST\`, \`PORT\`: where the service listens (\`127.0.0.1\`, \`8080\`)
- \`LOG_LEVEL\`: least severe records that are written (\`info\`)
- \`CATALOGUE_TTL_SECONDS\`: how long a loaded catalogue is served (\`300\`)
- \`FREE_DELIVERY_CENTS\`: goods total from which delivery is free (\`5000\`)
- \`DEFAULT_COUNTRY\`: country of a quote that names none (\`NL\`)
`,
          },
          {
            file: 'README.md',
            find: 'Configuration comes from the environment, see `src/config.ts`.',
            replace: 'Configuration comes from the environment, see `docs/configuration.md`.',
          },
        ],
      },
    ],
  },
  {
    deployment: 'd13',
    kind: 'code',
    commits: [
      {
        author: 'payments',
        message: 'pricing: say how far a cart is from free delivery',
        edits: [
          {
            file: 'src/pricing.ts',
            find: '  delivery: Delivery;\n  taxCents: number;',
            replace: '  delivery: Delivery;\n  missingForFreeDeliveryCents: number;\n  taxCents: number;',
          },
          {
            file: 'src/pricing.ts',
            find: '  if (goodsCents - discountCents >= context.freeDeliveryCents) delivery.cents = 0;',
            replace:
              '  const missingForFreeDeliveryCents = Math.max(0, context.freeDeliveryCents - goodsCents + discountCents);\n' +
              '  if (missingForFreeDeliveryCents === 0) delivery.cents = 0;',
          },
          {
            file: 'src/pricing.ts',
            find: '    delivery,\n    taxCents:',
            replace: '    delivery,\n    missingForFreeDeliveryCents,\n    taxCents:',
          },
        ],
      },
      {
        author: 'payments',
        message: 'pricing: test the distance to free delivery',
        edits: [
          {
            file: 'test/pricing.test.ts',
            find: "  test('leaves out an article that left the catalogue, with a warning', () => {",
            replace: `  test('says how much is missing for free delivery', () => {
    assert.equal(quoteCart(cartOf(['KT-1', 3]), 'NL', context()).missingForFreeDeliveryCents, 2000);
    assert.equal(quoteCart(cartOf(['KT-1', 6]), 'NL', context()).missingForFreeDeliveryCents, 0);
  });

  test('leaves out an article that left the catalogue, with a warning', () => {`,
          },
        ],
      },
      {
        author: 'merchandising',
        message: 'data: name the wood of the coat hooks',
        edits: [{ file: 'data/products.json', find: '"Oak coat hooks"', replace: '"Oiled oak coat hooks"' }],
      },
    ],
  },
  {
    deployment: 'd14',
    kind: 'code',
    commits: [
      {
        author: 'platform',
        message: 'health: tell how many carts are held',
        edits: [
          {
            file: 'src/cart.ts',
            find: '  private dropOldest(): void {',
            replace: '  get size(): number {\n    return this.carts.size;\n  }\n\n  private dropOldest(): void {',
          },
          {
            file: 'src/app.ts',
            find: "ok({ status: 'up' })",
            replace: "ok({ status: 'up', carts: carts.size })",
          },
        ],
      },
      {
        author: 'platform',
        message: 'health: test the number of carts',
        edits: [
          {
            file: 'test/cart.test.ts',
            find: "test('the oldest cart goes when there are too many', () => {",
            replace: `test('a store knows how many carts it holds', () => {
  const store = new CartStore();
  assert.equal(store.size, 0);

  store.create([{ sku: 'KT-1', quantity: 1 }]);

  assert.equal(store.size, 1);
});

test('the oldest cart goes when there are too many', () => {`,
          },
        ],
      },
    ],
  },
  {
    deployment: 'd15',
    kind: 'code',
    commits: [
      {
        author: 'checkout',
        message: 'shipping: name the limit of a letter in the README',
        edits: [
          {
            file: 'README.md',
            find: 'Configuration comes',
            replace: 'Goods of up to 350 grams travel as a letter, heavier ones as a parcel.\n\nConfiguration comes',
          },
        ],
      },
      {
        author: 'checkout',
        message: 'shipping: export the limit of a letter\n\nThe packing station reads it.',
        edits: [
          {
            file: 'src/shipping.ts',
            find: 'const LETTER_LIMIT_GRAMS = 350;',
            replace: '/** Heavier goods do not fit a letter. */\nexport const LETTER_LIMIT_GRAMS = 350;',
          },
        ],
      },
    ],
  },
  {
    deployment: 'd16',
    kind: 'code',
    commits: [
      {
        author: 'checkout',
        message: 'promotions: list the current offers',
        edits: [
          {
            file: 'src/app.ts',
            find: "    'POST carts': (_parts, _query, body) => {",
            replace: `    'GET promotions': () =>
      ok({ promotions: pricing.promotions.map(({ code, label, terms }) => ({ code, label, terms })) }),
    'POST carts': (_parts, _query, body) => {`,
          },
          {
            file: 'README.md',
            find: '- `POST /carts`',
            replace: '- `GET /promotions`: the current offers\n- `POST /carts`',
          },
        ],
      },
      {
        author: 'checkout',
        message: 'promotions: test that funding is not listed',
        edits: [
          {
            file: 'test/app.test.ts',
            find: "describe('carts', () => {",
            replace: `describe('promotions', () => {
  test('offers are listed without what suppliers pay', () => {
    const { promotions } = get('/promotions').body as { promotions: object[] };

    assert.ok(promotions.length > 5);
    for (const offer of promotions) assert.deepEqual(Object.keys(offer), ['code', 'label', 'terms']);
  });
});

describe('carts', () => {`,
          },
        ],
      },
    ],
  },
];
