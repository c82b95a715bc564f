import type { Count, Program, ProgramFunction, Statement, Style } from './program.js';
import type { Random } from './random.js';

/** What the code of a set of histories looks like. */
export interface World {
  name: 'tuning' | 'held-out';
  verbs: readonly string[];
  nouns: readonly string[];
  styles: readonly Style[];
  /** `chain`: mostly one call a function; `tree`: two; `diamond`: functions shared by several callers; `wide`: many below one. */
  graphs: readonly ('chain' | 'tree' | 'diamond' | 'wide')[];
  /** Folder of a function. */
  file(noun: string, name: string): string;
  work(random: Random): string;
  keys: readonly string[];
  flags: readonly string[];
  packages: readonly string[];
  /** How the cost comes in. */
  causes: readonly ('line' | 'call' | 'loop' | 'number' | 'edit' | 'constant')[];
}

/** The world that the ranking was tuned on. */
export const tuningWorld: World = {
  name: 'tuning',
  verbs: ['render', 'load', 'merge', 'score', 'parse', 'format', 'collect', 'filter'],
  nouns: ['Order', 'Basket', 'Price', 'Label', 'Report', 'Ticket', 'Stock', 'Offer'],
  styles: [
    { name: 'functions', form: 'function', indent: '  ', loop: 'counter' },
    { name: 'classes', form: 'class', indent: '  ', loop: 'counter' },
  ],
  graphs: ['chain', 'tree'],
  file: (noun, name) => `src/${noun.toLowerCase()}/${name}.ts`,
  work: (random) =>
    random.pick([
      () => `out.push(JSON.stringify(input.field${random.whole(10, 99)}));`,
      () => `out.sort((a, b) => a.rank${random.whole(10, 99)} - b.rank${random.whole(10, 99)});`,
      () => `out.push(input.text.replace('k${random.whole(100, 999)}', ''));`,
    ])(),
  keys: ['render.batch-rows', 'orders.retryDepth', 'PRICE_PRECISION', 'labels.expansion'],
  flags: ['new-basket-ranking', 'ticket_deep_merge', 'offerPreview'],
  packages: ['left-table', 'fastdates', 'tinyglob'],
  causes: ['line', 'call', 'loop', 'number'],
};

/** The world that figures are reported on: other names, layouts, call graphs, ways of writing, and ways in which cost comes in. */
export const heldOutWorld: World = {
  name: 'held-out',
  verbs: ['resolve', 'encode', 'match', 'plan', 'sync', 'expand', 'rate', 'digest', 'route'],
  nouns: ['Session', 'Graph', 'Tenant', 'Payload', 'Invoice', 'Region', 'Query', 'Asset', 'Rule'],
  styles: [
    { name: 'arrows', form: 'arrow', indent: '    ', loop: 'of' },
    { name: 'arrows-tabs', form: 'arrow', indent: '\t', loop: 'counter' },
    { name: 'functions-of', form: 'function', indent: '\t', loop: 'of' },
    { name: 'classes-wide', form: 'class', indent: '    ', loop: 'of' },
  ],
  graphs: ['diamond', 'wide'],
  file: (noun) => `packages/core/lib/${noun.toLowerCase()}s.ts`,
  work: (random) =>
    random.pick([
      () => `out.unshift(...input.entries.map((entry) => entry.v${random.whole(10, 99)}));`,
      () => `out.push(structuredClone(input.parts[${random.whole(10, 99)}]));`,
      () => `if (input.mark === ${random.whole(100, 999)}) out.push(input.body.split(','));`,
      () =>
        `out.push(new Intl.NumberFormat('en', { minimumFractionDigits: ${random.whole(1, 9)} }).format(input.sum));`,
    ])(),
  keys: ['tenant/limits/fanOut', 'query.planner.passes', 'SYNC_WINDOW_PARTS', 'assetVariants'],
  flags: ['exp.route.two-phase', 'PayloadV3', 'eager-session-digest'],
  packages: ['blobcodec', 'treewalker', 'minimsg', 'zonemath'],
  causes: ['line', 'call', 'loop', 'number', 'edit', 'constant'],
};

/** Writes a program of a world. */
export function writeProgram(world: World, random: Random): Program {
  const graph = random.pick(world.graphs);
  const functions = new Map<string, ProgramFunction>();
  const width = { chain: 1, tree: 2, diamond: 3, wide: 5 }[graph];
  const depth = graph === 'wide' ? 3 : graph === 'chain' ? 6 : 4;
  const layers: ProgramFunction[][] = [];
  const used = new Set<string>();
  for (let layer = 0; layer < depth; layer += 1) {
    const count = layer === 0 ? 1 : Math.min(6, graph === 'chain' ? random.whole(1, 2) : width * layer);
    layers.push(Array.from({ length: count }, () => newFunction(world, used, random)));
  }
  for (const each of layers.flat()) functions.set(each.key, each);
  const packages = new Map(
    world.packages.slice(0, 2).map((name) => [name, { version: '1.4.0', cost: { '1.4.0': random.whole(3, 8) } }]),
  );
  layers.forEach((layer, index) => {
    const below = layers[index + 1];
    layer.forEach((each, position) => {
      if (!below) return;
      const callees =
        graph === 'diamond'
          ? below.filter(() => random.next() < 0.6)
          : below.filter((_, at) => at % layer.length === position);
      for (const { key } of callees.length > 0 ? callees : [random.pick(below)]) {
        each.statements.push({
          kind: 'call',
          callee: key,
          count: { kind: 'number', value: random.pick([1, 1, 2, 3]) },
        });
      }
    });
  });
  // Code that nobody calls is no code of the service: it is reached from the root.
  const called = new Set(
    layers.flat().flatMap((each) => each.statements.flatMap((one) => (one.kind === 'call' ? [one.callee] : []))),
  );
  for (const { key } of layers.flat()) {
    if (key !== layers[0]![0]!.key && !called.has(key)) {
      layers[0]![0]!.statements.push({ kind: 'call', callee: key, count: { kind: 'number', value: 1 } });
    }
  }
  const inner = layers.slice(1).flat();
  const above = layers.slice(1, -1).flat();
  for (const name of packages.keys())
    insert(random.pick(inner), { kind: 'call', callee: name, count: { kind: 'number', value: 1 } }, random);
  for (const key of world.keys.slice(0, 2))
    viaCount(random.pick(above), { kind: 'setting', key }, random, layers.at(-1)!);
  for (const key of world.flags.slice(0, 2))
    viaCount(random.pick(above), { kind: 'flag', key }, random, layers.at(-1)!);
  return { functions, root: layers[0]![0]!.key, packages, style: random.pick(world.styles) };
}

function viaCount(found: ProgramFunction, count: Count, random: Random, leaves: readonly ProgramFunction[]): void {
  insert(found, { kind: 'call', callee: random.pick(leaves).key, count }, random);
}

/** Puts a statement somewhere into a function. */
export function insert(found: ProgramFunction, statement: Statement, random: Random): void {
  found.statements.splice(random.whole(0, found.statements.length), 0, statement);
}

function newFunction(world: World, used: Set<string>, random: Random): ProgramFunction {
  for (;;) {
    const noun = random.pick(world.nouns);
    const name = random.pick(world.verbs) + noun;
    if (used.has(name)) continue;
    used.add(name);
    const statements: Statement[] = Array.from({ length: random.whole(2, 4) }, () => ({
      kind: 'work',
      text: world.work(random),
      cost: random.whole(1, 6),
    }));
    return { key: `f${used.size}`, name, file: world.file(noun, name), statements };
  }
}

/** All worlds, by name. */
export const rootCauseWorlds: readonly World[] = [tuningWorld, heldOutWorld];
