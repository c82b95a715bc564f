import { type DeploymentInput, type FrameOrigin, type ProfileInput, type ServiceHistory } from '../history.js';
import { applyDeployment, applyProfile, emptyHistory } from '../history.js';

/** Seeded random numbers between 0 and 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A standard normal value (Box–Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A stack, outermost frame first, and what it costs per unit of work at a given deployment, in microseconds. */
export interface Stack {
  frames: string[];
  micros: (deployment: number) => number;
}

export interface WorldOptions {
  deployments: number;
  stacks: Stack[];
  seed?: number;
  /** Relative noise that all stacks of a deployment share. */
  commonSd?: number;
  /** Relative noise of each stack on its own. */
  ownSd?: number;
  /** Lag-1 correlation of both from deployment to deployment. */
  correlation?: number;
  /** Relative growth over the whole history. */
  drift?: number;
  units?: number;
  /** Seconds of CPU per sample; 0 = costs are exact and samples are not counted. */
  samplePeriod?: number;
  restOfHostCores?: (deployment: number) => number | null;
  change?: (profile: ProfileInput, deployment: number) => ProfileInput;
}

export interface World {
  deployments: DeploymentInput[];
  profiles: ProfileInput[];
}

export const instant = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();

function originOf(id: string): FrameOrigin {
  if (id.startsWith('src/')) return 'first-party';
  return id.startsWith('node:') ? 'runtime' : 'third-party';
}

export function deployment(index: number, more: Partial<DeploymentInput> = {}): DeploymentInput {
  return {
    id: `d${index}`,
    kind: 'code',
    deployedAt: instant(index),
    version: `v${index}`,
    commit: `c${index}`,
    previousCommit: `c${index - 1}`,
    commits: [{ id: `c${index}` }],
    repository: 'shop',
    ...more,
  };
}

/** Draws what would be measured of a service whose stacks cost what the options say. */
export function drawWorld(options: WorldOptions): World {
  const random = randomFrom(options.seed ?? 1);
  const { commonSd = 0, ownSd = 0, correlation = 0, drift = 0 } = options;
  const fresh = Math.sqrt(1 - correlation * correlation);
  let common = gaussian(random);
  const own = options.stacks.map(() => gaussian(random));
  const world: World = { deployments: [], profiles: [] };
  for (let index = 0; index < options.deployments; index += 1) {
    common = correlation * common + fresh * gaussian(random);
    const level = 1 + commonSd * common + drift * (index / options.deployments);
    const costs = options.stacks.map((stack, position) => {
      own[position] = correlation * (own[position] ?? 0) + fresh * gaussian(random);
      return Math.max(0, stack.micros(index) * level * (1 + ownSd * (own[position] ?? 0)));
    });
    world.deployments.push(deployment(index));
    const profile = sampleProfile(index, costs, options, random);
    world.profiles.push(options.change ? options.change(profile, index) : profile);
  }
  return world;
}

function sampleProfile(index: number, costs: number[], options: WorldOptions, random: () => number): ProfileInput {
  const units = options.units ?? 9000;
  const period = options.samplePeriod ?? 0;
  const totals = new Map<string, { total: number; self: number; samples: number }>();
  const edges = new Map<string, number>();
  for (const [position, stack] of options.stacks.entries()) {
    const exact = ((costs[position] ?? 0) * units) / 1e6;
    const samples = period > 0 ? poisson(exact / period, random) : 0;
    const seconds = period > 0 ? samples * period : exact;
    if (seconds === 0) continue;
    for (const frame of new Set(stack.frames)) {
      const row = totals.get(frame) ?? { total: 0, self: 0, samples: 0 };
      row.total += seconds;
      row.samples += samples;
      if (frame === stack.frames.at(-1)) row.self += seconds;
      totals.set(frame, row);
    }
    const pairs = new Set(stack.frames.slice(1).map((frame, depth) => JSON.stringify([stack.frames[depth], frame])));
    for (const pair of pairs) edges.set(pair, (edges.get(pair) ?? 0) + seconds);
  }
  return {
    eventId: `p${index}`,
    deployment: `d${index}`,
    environment: 'production',
    hostClass: 'small',
    units,
    cpuSeconds: (costs.reduce((sum, cost) => sum + cost, 0) * units) / 1e6,
    restOfHostCores: options.restOfHostCores ? options.restOfHostCores(index) : 0.05,
    startedAt: instant(index),
    endedAt: instant(index + 1),
    functions: [...totals].map(([id, { total, self, samples }]) => ({
      id,
      origin: originOf(id),
      totalCpuSeconds: total,
      selfCpuSeconds: self,
      samples,
    })),
    edges: [...edges].map(([pair, cpuSeconds]) => {
      const [caller, callee] = JSON.parse(pair) as [string, string];
      return { caller, callee, cpuSeconds };
    }),
  };
}

/** Poisson by counting exponential gaps; by a normal beyond 60, where the difference is far below what is tested. */
function poisson(expected: number, random: () => number): number {
  if (expected > 60) return Math.max(0, Math.round(expected + Math.sqrt(expected) * gaussian(random)));
  let count = 0;
  for (let sum = -Math.log(1 - random()); sum < expected; sum -= Math.log(1 - random())) count += 1;
  return count;
}

/** Folds a world into a history, in its own order. */
export function historyOf(world: World, until = world.deployments.length): ServiceHistory {
  let history = emptyHistory('shop');
  for (const one of world.deployments.slice(0, until)) history = applyDeployment(history, one);
  for (const one of world.profiles.slice(0, until)) history = applyProfile(history, one);
  return history;
}

/** A constant cost. */
export const steady = (micros: number) => () => micros;

/** A cost that changes from a deployment on. */
export const step = (before: number, from: number, after: number) => (index: number) => (index < from ? before : after);

const main = 'src/server.ts:handle';

/** A small web service of about 88 µs a request: a router of another party, four handlers, a shared logger. */
export function service(more: Stack[] = []): Stack[] {
  const logged = (frames: string[], micros: number): Stack => ({
    frames: [...frames, 'src/log.ts:Logger.info', 'src/log.ts:Logger.write', 'node:fs:writeSync'],
    micros: steady(micros),
  });
  const route = (...frames: string[]) => [main, 'router:dispatch', ...frames];
  return [
    { frames: [main], micros: steady(8) },
    { frames: route(), micros: steady(4) },
    { frames: route('src/catalogue.ts:search'), micros: steady(10) },
    { frames: route('src/catalogue.ts:search', 'src/text.ts:tokenise'), micros: steady(14) },
    { frames: route('src/catalogue.ts:search', 'src/text.ts:score', 'node:regexp:exec'), micros: steady(12) },
    { frames: route('src/cart.ts:total'), micros: steady(6) },
    { frames: route('src/cart.ts:total', 'src/pricing.ts:price'), micros: steady(9) },
    { frames: route('src/cart.ts:total', 'src/pricing.ts:price', 'src/pricing.ts:round'), micros: steady(3) },
    { frames: route('src/stock.ts:reserve', 'node:json:parse'), micros: steady(10) },
    { frames: route('src/stock.ts:reserve'), micros: steady(5) },
    { frames: ['node:gc'], micros: steady(4) },
    logged([main], 3),
    ...more,
  ];
}

/** Noise as measured of real deployments of such a service on a quiet host. */
export const realisticNoise = {
  commonSd: 0.035,
  ownSd: 0.02,
  correlation: 0.33,
  samplePeriod: 0.0008,
} satisfies Partial<WorldOptions>;
