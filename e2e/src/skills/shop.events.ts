import { changeDeployed, profileRecorded, sha256, type Change } from '@headroom/contracts';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { eventOf } from '../case.events.js';
import type { RecordedEvent } from '../recordings/recorded.events.js';
import type { Shop } from './shop.repository.js';

/** One path of a profile: its frames, outermost first, the line that the last one is at, and microseconds in a second. */
interface Path {
  frames: string[];
  line: number;
  us: number;
}

/** What becomes dearer in a service, from the deployment after {@link BEFORE}. */
interface Growth {
  service: string;
  before: Path[];
  after: Path[];
}

const DEPLOYMENTS = 14;
const BEFORE = 8;
const mediaType = 'application/vnd.headroom.stacks.v1+gzip';

function minute(number: number): string {
  return new Date(Date.UTC(2026, 10, 2, 10, number)).toISOString();
}

function originOf(id: string): string {
  if (id.includes('node_modules/')) return 'third-party';
  return id.startsWith('node:') ? 'runtime' : 'first-party';
}

function stacksOf(service: string, paths: readonly Path[]): Stacks {
  const main = `services/${service}/src/main:serve`;
  const all: Path[] = [{ frames: [], line: 1, us: 600_000 }, ...paths];
  const ids = [...new Set([main, ...paths.flatMap(({ frames }) => frames)])].toSorted();
  const busyUs = all.reduce((sum, { us }) => sum + us, 0);
  const thirdPartyUs = all
    .filter(({ frames }) => originOf(frames.at(-1) ?? '') === 'third-party')
    .reduce((sum, { us }) => sum + us, 0);
  const runtimeUs = all
    .filter(({ frames }) => originOf(frames.at(-1) ?? '') === 'runtime')
    .reduce((sum, { us }) => sum + us, 0);
  const rest = { unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0, unmappedFiles: [], problems: [] };
  const firstPartyUs = busyUs - thirdPartyUs - runtimeUs;
  const stacks = all.map(({ frames, us }) => ({
    frames: [main, ...frames].map((id) => ids.indexOf(id)),
    weight: us,
    samples: Math.round(us / 1000),
  }));
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ids.map((id) => ({
      id,
      origin: originOf(id),
      resolved: true,
      ...(originOf(id) === 'third-party' && { package: id.split('/')[1] }),
    })) as Stacks['frames'],
    stacks,
    lines: all
      .map(({ frames, line, us }) => ({ frame: ids.indexOf(frames.at(-1) ?? main), line, weight: us }))
      .toSorted((a, b) => a.frame - b.frame),
    samples: stacks.reduce((sum, { samples }) => sum + samples, 0),
    durationUs: 1_000_000,
    idleUs: 1_000_000 - busyUs,
    summary: { firstPartyUs, thirdPartyUs, runtimeUs, resolvedFrames: ids.length, ...rest },
  };
}

interface Deployed {
  service: string;
  /** Counted from 1. */
  number: number;
  commit: string;
  previous: string;
}

/** A deployment and the profile of a minute of it. */
function deployed({ service, number, commit, previous }: Deployed, paths: readonly Path[]): RecordedEvent[] {
  const deployment = `d${String(number).padStart(2, '0')}`;
  const shared = { service, environment: 'production', deployment };
  const code: Change = {
    ...shared,
    kind: 'code',
    commit,
    previousCommit: previous,
    deployedAt: minute(number * 4),
  };
  // No two deployments cost quite the same.
  const noisy = paths.map((path) => ({ ...path, us: path.us + (number % 3) * 700 }));
  const stacks = stacksOf(service, noisy);
  const bytes = Buffer.from(encodeStacks(stacks));
  const profile = {
    ...shared,
    version: commit,
    hostClass: 'c7i.large',
    startedAt: minute(number * 4 + 1),
    endedAt: minute(number * 4 + 2),
    unitOfWork: 'request',
    units: 1000,
    cpuSeconds: (stacks.durationUs - stacks.idleUs) / 1e6,
    restOfHostCores: 0.02,
    samples: stacks.samples,
    format: stacks.format,
    profile: { sha256: sha256(bytes), size: bytes.length, mediaType },
  };
  return [
    { event: eventOf(changeDeployed, code) },
    { event: eventOf(profileRecorded, profile), blob: { bytes, mediaType } },
  ];
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
      return deployed({ service, number, commit: slowed.previous, previous: slowed.previous }, before);
    }
    const previous = number === BEFORE + 1 ? slowed.previous : slowed.commit;
    return deployed({ service, number, commit: slowed.commit, previous }, after);
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
    return deployed({ service, number: 1, commit: head, previous: head }, paths);
  });
}
