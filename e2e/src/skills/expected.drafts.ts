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
    patch: '',
    cause: ({ slowed }) => ({ commit: slowed.orders.commit }),
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'quotes',
    subject: 'services/quotes/src/quotes.ts:quote',
    kind: 'regression',
    skill: 'config-revert',
    outcome: 'config',
    patch: '',
    cause: () => ({ key: 'quotes.cacheEntries' }),
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'rates',
    subject: 'services/rates/src/rates.ts:convert',
    kind: 'regression',
    skill: 'revert-root-cause',
    outcome: 'revert',
    patch: '',
    cause: ({ slowed }) => ({ commit: slowed.rates.commit }),
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'feeds',
    subject: 'services/feeds/src/feeds.ts:titles',
    kind: 'regression',
    skill: 'dependency-rollback',
    outcome: 'abstain',
    cause: ({ slowed }) => ({ commit: slowed.feeds.commit }),
    ends: { verdict: 'nothing-to-measure' },
  },
  {
    service: 'labels',
    subject: 'services/labels/labels/text.py:slug',
    kind: 'opportunity',
    skill: 'regex-precompile',
    outcome: 'patch',
    patch: '',
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'labels',
    subject: 'services/labels/labels/text.py:table',
    kind: 'opportunity',
    skill: 'string-building',
    outcome: 'patch',
    patch: '',
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'stock',
    subject: 'services/stock/src/stock.js:left',
    kind: 'opportunity',
    skill: 'single-lookup',
    outcome: 'patch',
    patch: '',
    ends: { verdict: 'no-benchmark' },
  },
  {
    service: 'stock',
    subject: 'services/stock/src/stock.js:report',
    kind: 'opportunity',
    skill: 'hoist-invariant',
    outcome: 'patch',
    patch: '',
    ends: { verdict: 'no-benchmark' },
  },
];
