import { copyOf, costOf, idOf, run, type Program } from './program.js';
import type { Random } from './random.js';
import {
  begin,
  costlyEdit,
  type Plan,
  type PlannedDeployment,
  type Setting,
  type Shape,
  type State,
} from './scenario.js';
import type { World } from './worlds.js';

/** Plans a history of a shape. */
export function planHistory(world: World, shape: Shape, random: Random): Plan {
  const setting = begin(world, random);
  const { writer, around } = setting;
  const older = writer.tip;
  const aroundBefore = structuredClone(around);
  const made = PLANS[shape](setting);
  const deployments: PlannedDeployment[] = [{ id: 'older', at: 0, commit: older }, ...made.deployments];
  const subject = made.subject ?? setting.target;
  return {
    shape,
    commits: writer.commits,
    deployments,
    candidates: made.candidates ?? [made.deployments.at(-1)!.id],
    experiments: made.experiments ?? [],
    truth: { commits: [], keys: [], packages: [], ...made.truth },
    nameable: made.nameable ?? true,
    subject: idOf(writer.program, subject),
    subjectKey: subject,
    states: statesOf(writer, deployments, made.aroundFrom, [aroundBefore, around]),
    mixed: made.mixed ?? 0,
    unexplained: made.unexplained ?? 0,
  };
}

interface Made {
  deployments: PlannedDeployment[];
  candidates?: string[];
  experiments?: Plan['experiments'];
  truth: Partial<Plan['truth']>;
  nameable?: boolean;
  subject?: string;
  mixed?: number;
  unexplained?: number;
  /** Deployment from which what surrounds the program is as it is at the end. @default the last one */
  aroundFrom?: string;
}

function statesOf(
  { programs }: Setting['writer'],
  deployments: readonly PlannedDeployment[],
  from: string | undefined,
  [before, after]: readonly [Setting['around'], Setting['around']],
): State[] {
  const changed = from === undefined ? deployments.length - 1 : deployments.findIndex(({ id }) => id === from);
  let commit = deployments[0]!.commit!;
  return deployments.map((each, index) => {
    commit = each.commit ?? commit;
    return { deployment: each.id, commit, program: programs[commit]!, around: index >= changed ? after : before };
  });
}

const GROWTH = [0.25, 0.4, 0.7, 1.2] as const;

function costly(setting: Setting, growth = setting.random.pick(GROWTH)): (program: Program) => void {
  const { writer, around, target } = setting;
  const paths = run(writer.program, around);
  // What one call costs: the paths hold what all of them cost.
  const times = Math.max(1, callsOf(writer.program, around, target));
  return costlyEdit(setting, costOf(paths, idOf(writer.program, target)) / times, growth);
}

function callsOf(program: Program, around: Setting['around'], key: string): number {
  const probe = copyOf(program);
  probe.functions.get(key)!.statements.push({ kind: 'work', text: '', cost: 1 });
  return costOf(run(probe, around)) - costOf(run(program, around));
}

function innocents({ writer, random }: Setting, most = 4): void {
  for (let count = random.whole(0, most); count > 0; count -= 1) writer.innocent();
}

/** One deployment with the cause among innocent commits, or several of which each can be the change point. */
function deployed(setting: Setting, cause: () => number[], around: () => void = () => {}): Made {
  const { writer, random } = setting;
  const deployments: PlannedDeployment[] = [];
  const count = random.pick([1, 1, 2, 3]);
  const at = random.whole(0, count - 1);
  let commits: number[] = [];
  for (let index = 0; index < count; index += 1) {
    writer.innocent();
    innocents(setting);
    if (index === at) {
      commits = cause();
      around();
    }
    innocents(setting, 2);
    deployments.push({ id: `deploy-${index}`, at: index + 1, commit: writer.tip });
  }
  const estimate = random.next() < 0.75 ? at : random.whole(0, count - 1);
  const ids = deployments.map(({ id }) => id);
  return {
    deployments,
    candidates: [ids[estimate]!, ...ids.filter((_, index) => index !== estimate)],
    truth: { commits },
  };
}

const REASONS = [
  'Show the totals',
  'Support the new format',
  'Fix the wrong order',
  'Keep the last state',
  'Extend the output',
];

const PLANS: Record<Shape, (setting: Setting) => Made> = {
  direct: (setting) => deployed(setting, () => [setting.writer.commit(setting.random.pick(REASONS), costly(setting))]),
  callee: (setting) => ({
    ...deployed(setting, () => [setting.writer.commit(setting.random.pick(REASONS), costly(setting, 1.2))]),
    subject: setting.caller,
  }),
  configuration: (setting) =>
    counted(setting, 'setting', (key) => {
      const { writer, random, around } = setting;
      innocents(setting);
      const value = around.settings[key]!;
      around.settings[key] = value * random.pick([2, 3, 5]);
      const config = [{ key, before: String(value), after: String(around.settings[key]) }];
      const deployments: PlannedDeployment[] = [
        { id: 'code', at: 1, commit: writer.tip },
        { id: 'settings', at: 2, config },
      ];
      return { deployments, candidates: ['settings', 'code'], truth: { keys: [key] }, aroundFrom: 'settings' };
    }),
  experiment: (setting) =>
    counted(setting, 'flag', (key) => {
      const { around } = setting;
      const made = deployed(setting, () => []);
      const was = around.exposure[key]!;
      around.exposure[key] = 0.9;
      const from = made.deployments.find(({ id }) => id === made.candidates![0])!;
      const { at, id: aroundFrom } = from;
      return { ...made, aroundFrom, experiments: [{ key, at, before: was, after: 0.9 }], truth: { keys: [key] } };
    }),
  dependency: (setting) => {
    const { writer, random } = setting;
    const name = random.pick([...writer.program.packages.keys()]);
    const user = [...writer.program.functions.values()].find((each) =>
      each.statements.some((one) => one.kind === 'call' && one.callee === name),
    )!;
    let bump = -1;
    const made = deployed(setting, () => {
      bump = writer.commit(`Bump ${name}`, (program) => {
        const found = program.packages.get(name)!;
        const version = random.pick(['1.5.0', '2.0.1', '1.4.3']);
        found.cost[version] = found.cost[found.version]! * random.pick([3, 5]);
        found.version = version;
      });
      return [bump];
    });
    return { ...made, truth: { commits: [bump], packages: [name] }, subject: user.key };
  },
  'two-changes': (setting) => ({
    ...deployed(setting, () => [
      setting.writer.commit(setting.random.pick(REASONS), addWork(setting)),
      setting.writer.commit(setting.random.pick(REASONS), addWork(setting)),
    ]),
    nameable: false,
  }),
  noise: (setting) => ({
    ...deployed(setting, () => {
      if (setting.random.next() < 0.6) setting.writer.innocent(setting.writer.program.functions.get(setting.target));
      return [];
    }),
    nameable: false,
    unexplained: setting.random.pick([0.08, 0.15]),
  }),
  unexported: (setting) => ({
    ...deployed(setting, () => {
      setting.writer.innocent(setting.writer.program.functions.get(setting.target));
      return [];
    }),
    nameable: false,
    unexplained: setting.random.pick([0.4, 0.8]),
  }),
  'innocent-commits': (setting) =>
    deployed(setting, () => {
      const { writer, target, random } = setting;
      const found = writer.program.functions.get(target);
      for (let count = random.whole(1, 3); count > 0; count -= 1) writer.innocent(found);
      const cause = writer.commit(random.pick(REASONS), costly(setting));
      for (let count = random.whole(1, 3); count > 0; count -= 1) writer.innocent(found);
      return [cause];
    }),
  'nearer-configuration': (setting) => {
    const { writer, random, around, world } = setting;
    const cause = writer.commit(random.pick(REASONS), costly(setting));
    innocents(setting);
    const unused = world.keys.at(-1)!;
    const config = [{ key: unused, before: String(around.settings[unused]), after: '9' }];
    const deployments: PlannedDeployment[] = [
      { id: 'code', at: 1, commit: writer.tip },
      { id: 'settings', at: 2, config },
    ];
    return { deployments, candidates: ['settings', 'code'], truth: { commits: [cause] } };
  },
  revert: (setting) =>
    deployed(setting, () => {
      const { writer, random } = setting;
      const change = costly(setting);
      const message = random.pick(REASONS);
      const clean = copyOf(writer.program);
      writer.commit(message, change);
      writer.commit(`Revert "${message}"`, (program) => Object.assign(program, copyOf(clean)));
      innocents(setting, 2);
      return [writer.commit(`Reapply "${message}"`, change)];
    }),
  merge: (setting) =>
    deployed(setting, () => {
      const { writer, random, world } = setting;
      const keys = [...writer.program.functions.keys()].filter((key) => key !== setting.target);
      const [other, text] = [random.pick(keys), world.work(random)];
      const tidy = (program: Program): void =>
        void program.functions.get(other)!.statements.push({ kind: 'work', text, cost: 0 });
      return [writer.branch(random.pick(REASONS), costly(setting), tidy)];
    }),
  squash: (setting) =>
    deployed(setting, () => {
      const { writer, random, world } = setting;
      const change = costly(setting);
      const texts = Array.from({ length: random.whole(4, 8) }, () => world.work(random));
      return [
        writer.commit(`${random.pick(REASONS)} (squashed)`, (program) => {
          change(program);
          for (const text of texts) {
            const found = program.functions.get(random.pick([...program.functions.keys()]))!;
            found.statements.push({ kind: 'work', text, cost: 0 });
          }
        }),
      ];
    }),
  rename: (setting) => moved(setting, (program, target) => void (program.functions.get(target)!.name += 'Anew')),
  move: (setting) =>
    moved(setting, (program, target) => {
      const found = program.functions.get(target)!;
      found.file = found.file.replace(/[^/]+$/, (name) => `moved-${name}`);
    }),
  rolling: (setting) => ({ ...PLANS.direct(setting), mixed: setting.random.pick([0.1, 0.25]) }),
};

function addWork(setting: Setting): (program: Program) => void {
  const text = setting.world.work(setting.random);
  const { writer, around, target } = setting;
  const id = idOf(writer.program, target);
  const cost = costOf(run(writer.program, around), id) / Math.max(1, callsOf(writer.program, around, target));
  return (program) => program.functions.get(target)!.statements.unshift({ kind: 'work', text, cost: cost * 0.4 });
}

function moved(setting: Setting, move: (program: Program, target: string) => void): Made {
  const { writer, random, target } = setting;
  return deployed(setting, () => {
    const change = costly(setting);
    const isFirst = random.next() < 0.5;
    if (isFirst) writer.commit('Put it where it belongs', (program) => move(program, target));
    const cause = writer.commit(random.pick(REASONS), change);
    if (!isFirst) writer.commit('Put it where it belongs', (program) => move(program, target));
    return [cause];
  });
}

/** A function whose call runs as often as a setting or a flag says. */
function counted(setting: Setting, kind: 'setting' | 'flag', plan: (key: string) => Made): Made {
  const users = [...setting.writer.program.functions.values()].flatMap((each) =>
    each.statements.flatMap((one) =>
      one.kind === 'call' && one.count.kind === kind ? [{ key: one.count.key, user: each.key }] : [],
    ),
  );
  const { key, user } = setting.random.pick(users);
  return { ...plan(key), subject: user };
}

/** A generator of its own for each history: none depends on how many came before it. */
export function seedOf(seed: number, shape: number, index: number): number {
  return seed * 1_000_003 + shape * 10_007 + index * 101;
}
