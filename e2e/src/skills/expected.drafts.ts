import type { Shop } from './shop.repository.js';

/** What a skill has to make of a case of the shop. */
export interface ExpectedDraft {
  service: string;
  subject: string;
  kind: 'regression' | 'opportunity';
  skill: string;
  outcome: string;
  /** Whole text of the patch; undefined = there is none. */
  patch?: string;
  /** What the named root cause has to say. */
  cause?: (shop: Shop) => object;
  /** Where the case comes to rest. */
  ends: object;
}

export const expectedDrafts: readonly ExpectedDraft[] = [
  {
    service: 'orders',
    subject: 'services/orders/src/orders.ts:total',
    kind: 'regression',
    skill: 'log-sampling',
    outcome: 'patch',
    patch: `diff --git a/services/orders/src/orders.ts b/services/orders/src/orders.ts
--- a/services/orders/src/orders.ts
+++ b/services/orders/src/orders.ts
@@ -1,11 +1,16 @@
 import { logger } from './logger.ts';
 
+// Counts one info record of total: 1 in 100 is written, the first included.
+let totalLogCount = 0;
+
 /** Sum of the prices of an order, in cents. */
 export function total(prices: readonly number[]): number {
   let sum = 0;
   for (const price of prices) {
     sum += price;
-    logger.info('price added', { price, sum });
+    if ((totalLogCount = (totalLogCount + 1) % 100) === 1) {
+      logger.info('price added', { price, sum });
+    }
   }
   if (sum > 1_000_000) logger.info('large order', { sum });
   return sum;
`,
    cause: ({ slowed }) => ({ commit: slowed.orders.commit }),
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'quotes',
    subject: 'services/quotes/src/quotes.ts:quote',
    kind: 'regression',
    skill: 'config-revert',
    outcome: 'config',
    patch: `diff --git a/services/quotes/config/production.yml b/services/quotes/config/production.yml
--- a/services/quotes/config/production.yml
+++ b/services/quotes/config/production.yml
@@ -1,4 +1,4 @@
 # What production runs with.
 quotes:
   currency: EUR
-  cacheEntries: 0 # least recently used go first
+  cacheEntries: 1000 # least recently used go first
`,
    cause: () => ({ key: 'quotes.cacheEntries' }),
    ends: { state: 'proposed', verdict: 'unmeasured' },
  },
  {
    service: 'rates',
    subject: 'services/rates/src/rates.ts:convert',
    kind: 'regression',
    skill: 'revert-root-cause',
    outcome: 'revert',
    patch: `diff --git a/services/rates/src/rates.ts b/services/rates/src/rates.ts
index 9da3177..ce349fc 100644
--- a/services/rates/src/rates.ts
+++ b/services/rates/src/rates.ts
@@ -2,9 +2,5 @@ const RATES: Readonly<Record<string, number>> = { EUR: 1, SEK: 11.2, NOK: 11.6 }
 
 /** An amount in another currency. */
 export function convert(cents: number, currency: string): number {
-  let rate = 1;
-  for (const [name, found] of Object.entries(RATES)) {
-    if (name.localeCompare(currency, 'en', { sensitivity: 'base' }) === 0) rate = found;
-  }
-  return Math.round(cents * rate);
+  return Math.round(cents * (RATES[currency] ?? 1));
 }
`,
    cause: ({ slowed }) => ({ commit: slowed.rates.commit }),
    ends: { state: 'proposed', verdict: 'unmeasured' },
  },
  {
    service: 'feeds',
    subject: 'services/feeds/src/feeds.ts:titles',
    kind: 'regression',
    skill: 'dependency-rollback',
    outcome: 'abstain',
    cause: ({ slowed }) => ({ commit: slowed.feeds.commit }),
    ends: { state: 'proposed', verdict: 'nothing-to-measure', proposal: { form: 'note' } },
  },
  {
    service: 'labels',
    subject: 'services/labels/labels/text.py:slug',
    kind: 'opportunity',
    skill: 'regex-precompile',
    outcome: 'patch',
    patch: `diff --git a/services/labels/labels/text.py b/services/labels/labels/text.py
--- a/services/labels/labels/text.py
+++ b/services/labels/labels/text.py
@@ -1,8 +1,10 @@
 import re
 
+SLUG_PATTERN = re.compile(r"[^a-z]+")
+
 
 def slug(title):
-    return re.sub(r"[^a-z]+", "-", title.lower())
+    return SLUG_PATTERN.sub("-", title.lower())
 
 
 def table(rows: list[str]) -> str:
`,
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'labels',
    subject: 'services/labels/labels/text.py:table',
    kind: 'opportunity',
    skill: 'string-building',
    outcome: 'patch',
    patch: `diff --git a/services/labels/labels/text.py b/services/labels/labels/text.py
--- a/services/labels/labels/text.py
+++ b/services/labels/labels/text.py
@@ -7,6 +7,5 @@
 
 def table(rows: list[str]) -> str:
     text = ""
-    for row in rows:
-        text += f"{row}\\n"
+    text += "".join([f"{row}\\n" for row in rows])
     return text
`,
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'stock',
    subject: 'services/stock/src/stock.js:left',
    kind: 'opportunity',
    skill: 'single-lookup',
    outcome: 'patch',
    patch: `diff --git a/services/stock/src/stock.js b/services/stock/src/stock.js
--- a/services/stock/src/stock.js
+++ b/services/stock/src/stock.js
@@ -2,7 +2,7 @@
 export function left(items, item) {
   const counts = new Map()
   for (const name of items) counts.set(name, [name].length + 1)
-  return counts.has(item) ? counts.get(item) : 0
+  return counts.get(item) ?? 0
 }
 
 /** Lines of the report: which item is of which kind. */
`,
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'stock',
    subject: 'services/stock/src/stock.js:report',
    kind: 'opportunity',
    skill: 'hoist-invariant',
    outcome: 'patch',
    patch: `diff --git a/services/stock/src/stock.js b/services/stock/src/stock.js
--- a/services/stock/src/stock.js
+++ b/services/stock/src/stock.js
@@ -9,8 +9,9 @@
 export function report(names) {
   const kinds = { mug: 1, lamp: 2 }
   const lines = []
+  const kindsEntries = Object.entries(kinds)
   for (const name of names) {
-    for (const [kind, number] of Object.entries(kinds)) {
+    for (const [kind, number] of kindsEntries) {
       if (name.startsWith(kind)) lines.push(\`\${name} \${number}\`)
     }
   }
`,
    ends: { verdict: 'no-benchmark' },
  },
];
