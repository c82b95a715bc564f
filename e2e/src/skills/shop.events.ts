import { changeDeployed, type Change } from '@headroom/contracts';
import { eventOf } from '../case.events.js';
import type { RecordedEvent } from '../recordings/recorded.events.js';
import { minute, syntheticDeployment, type SyntheticDeployment, type SyntheticPath } from '../synthetic.telemetry.js';
import type { Shop } from './shop.repository.js';

/** What becomes dearer in a service, from the deployment after {@link BEFORE}. */
interface Growth {
  service: string;
  before: SyntheticPath[];
  after: SyntheticPath[];
}

const DEPLOYMENTS = 14;
const BEFORE = 8;

function deployed(service: string, deployment: SyntheticDeployment): RecordedEvent[] {
  return Object.values(syntheticDeployment({ service, root: `services/${service}/src/main:serve` }, deployment));
}

const growths: Record<'orders' | 'quotes' | 'rates' | 'feeds', Growth> = {
  orders: {
    service: 'orders',
    before: [{ frames: ['services/orders/src/orders.ts:total'], line: 7, us: 40_000 }],
    after: [
      { frames: ['services/orders/src/orders.ts:total'], line: 7, us: 40_000 },
      {
        frames: ['services/orders/src/orders.ts:total', 'services/orders/src/logger.ts:Logger.info'],
        line: 3,
        us: 110_000,
      },
    ],
  },
  quotes: {
    service: 'quotes',
    before: [{ frames: ['services/quotes/src/quotes.ts:quote'], line: 8, us: 40_000 }],
    after: [{ frames: ['services/quotes/src/quotes.ts:quote'], line: 8, us: 120_000 }],
  },
  rates: {
    service: 'rates',
    before: [{ frames: ['services/rates/src/rates.ts:convert'], line: 5, us: 40_000 }],
    after: [{ frames: ['services/rates/src/rates.ts:convert'], line: 7, us: 180_000 }],
  },
  feeds: {
    service: 'feeds',
    before: [
      {
        frames: ['services/feeds/src/feeds.ts:titles', 'node_modules/quick-feed/index.js:parse'],
        line: 12,
        us: 40_000,
      },
    ],
    after: [
      {
        frames: ['services/feeds/src/feeds.ts:titles', 'node_modules/quick-feed/index.js:parse'],
        line: 12,
        us: 140_000,
      },
    ],
  },
};

/** The history of a service that became dearer with a commit, or with a setting where no commit did. */
export function regressionOf(service: keyof typeof growths, shop: Shop): RecordedEvent[] {
  const { before, after } = growths[service];
  const slowed = service === 'quotes' ? { commit: shop.head, previous: shop.head } : shop.slowed[service];
  const events = Array.from({ length: DEPLOYMENTS }, (_, index) => {
    const number = index + 1;
    if (number <= BEFORE) {
      return deployed(service, { number, commit: slowed.previous, previousCommit: slowed.previous, paths: before });
    }
    const previousCommit = number === BEFORE + 1 ? slowed.previous : slowed.commit;
    return deployed(service, { number, commit: slowed.commit, previousCommit, paths: after });
  }).flat();
  if (service !== 'quotes') return events;
  const setting: Change = {
    service,
    environment: 'production',
    deployment: 'c01',
    kind: 'config',
    deployedAt: minute((BEFORE + 1) * 4 - 1),
    config: [{ key: 'quotes.cacheEntries', before: '1000', after: '0' }],
  };
  return [{ event: eventOf(changeDeployed, setting) }, ...events];
}

/** A deployment of each service in which something could be had for less. */
export function opportunitiesOf({ head }: Shop): RecordedEvent[] {
  const functions: Record<string, string[]> = {
    labels: ['labels/text.py:slug', 'labels/text.py:table'],
    stock: ['src/stock.js:left', 'src/stock.js:report'],
  };
  return Object.entries(functions).flatMap(([service, ids]) => {
    const paths = ids.map((id) => ({ frames: [`services/${service}/${id}`], line: 1, us: 120_000 }));
    return deployed(service, { number: 1, commit: head, previousCommit: head, paths });
  });
}
