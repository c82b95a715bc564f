import type { PlannedCommit } from './git.history.js';
import { copyOf, render, type Program, type ProgramFunction, type Statement, type Surroundings } from './program.js';
import type { Random } from './random.js';
import { insert, writeProgram, type World } from './worlds.js';

/** Shapes of histories. */
export const SHAPES = [
  'direct',
  'callee',
  'configuration',
  'dependency',
  'experiment',
  'two-changes',
  'noise',
  'unexported',
  'innocent-commits',
  'nearer-configuration',
  'revert',
  'merge',
  'squash',
  'rename',
  'move',
  'rolling',
] as const;
export type Shape = (typeof SHAPES)[number];

/** What a deployment brought, by the position of its last commit. */
export interface PlannedDeployment {
  id: string;
  at: number;
  commit?: number;
  config?: { key: string; before: string; after: string }[];
}

/** A history before it is written to a repository. */
export interface Plan {
  shape: Shape;
  commits: PlannedCommit[];
  deployments: PlannedDeployment[];
  /** Deployments that can be the change point; the first is the estimate. */
  candidates: string[];
  experiments: { key: string; at: number; before: number; after: number }[];
  /** What a right answer names: positions of commits, keys, packages. Empty: nothing can be named. */
  truth: { commits: number[]; keys: string[]; packages: string[] };
  /** Whether one change alone is the cause. */
  nameable: boolean;
  /** Id of the subject at the end; before, it may have gone by another. */
  subject: string;
  subjectKey: string;
  /** What runs with each deployment, the older one first. */
  states: State[];
  /** Share of the other version beside each, while both versions run. */
  mixed: number;
  /** Growth from the estimated deployment on that no change of the history explains, as a part of the subject's cost. */
  unexplained: number;
}

/** What runs with a deployment. */
export interface State {
  deployment: string;
  /** Position of the commit that runs. */
  commit: number;
  program: Program;
  around: Surroundings;
}

/** Writes a history commit by commit. */
export class HistoryWriter {
  readonly commits: PlannedCommit[] = [];
  /** The program after each commit. */
  readonly programs: Program[] = [];
  program: Program;
  #tip: number;
  #world: World;
  #random: Random;

  constructor(program: Program, world: World, random: Random) {
    this.program = program;
    this.#world = world;
    this.#random = random;
    this.#tip = this.#write('Begin', []);
  }

  get tip(): number {
    return this.#tip;
  }

  commit(message: string, change: (program: Program) => void): number {
    this.program = copyOf(this.program);
    change(this.program);
    this.#tip = this.#write(message, [this.#tip]);
    return this.#tip;
  }

  /** A branch from here that is merged after a commit on the main line. */
  branch(message: string, change: (program: Program) => void, main: (program: Program) => void): number {
    const [base, at] = [this.program, this.#tip];
    const side = this.commit(message, change);
    this.program = base;
    this.#tip = at;
    const other = this.commit('Tidy up', main);
    this.program = copyOf(this.program);
    change(this.program);
    this.#tip = this.#write(`Merge branch ${message}`, [other, side]);
    return side;
  }

  /** A change that costs nothing, somewhere or in one function. */
  innocent(found?: ProgramFunction): number {
    const random = this.#random;
    return this.commit(
      random.pick(['Tidy up', 'Handle the empty case', 'Add a field', 'Follow the review']),
      (program) => {
        const target = program.functions.get(found?.key ?? random.pick([...program.functions.keys()]))!;
        insert(target, { kind: 'work', text: this.#world.work(random), cost: 0 }, random);
      },
    );
  }

  #write(message: string, parents: number[]): number {
    const { files } = render(this.program);
    const author = this.#random.pick(['alpha', 'beta', 'gamma', 'delta']);
    this.commits.push({ message, author, files, parents });
    this.programs.push(this.program);
    return this.commits.length - 1;
  }
}

/** A program with what is done to it, for the shapes. */
export interface Setting {
  world: World;
  random: Random;
  writer: HistoryWriter;
  around: Surroundings;
  /** The function that the cause is put into, and one that calls it. */
  target: string;
  caller: string;
}

/** Begins a history: a program, what surrounds it, older commits. */
export function begin(world: World, random: Random): Setting {
  const program = writeProgram(world, random);
  const writer = new HistoryWriter(program, world, random);
  for (let count = random.whole(2, 5); count > 0; count -= 1) writer.innocent();
  const around: Surroundings = { settings: {}, exposure: {} };
  for (const key of world.keys) around.settings[key] = random.whole(2, 4);
  for (const key of world.flags) around.exposure[key] = random.pick([0, 0.05, 0.1]);
  const calls = [...program.functions.values()].flatMap((each) =>
    each.statements.flatMap((one) =>
      one.kind === 'call' && one.count.kind === 'number' && program.functions.has(one.callee)
        ? [{ caller: each.key, target: one.callee }]
        : [],
    ),
  );
  return { world, random, writer, around, ...random.pick(calls) };
}

/** The edit by which cost comes in, growing the function by `growth` of what it costs. */
export function costlyEdit(
  { world, random, target }: Setting,
  cost: number,
  growth: number,
): (program: Program) => void {
  const kind = random.pick(world.causes);
  const extra = Math.max(2, cost * growth);
  const text = world.work(random);
  const [place, choice] = [random.next(), random.next()];
  return (program) => {
    const found = program.functions.get(target)!;
    const put = (statement: Statement): void =>
      void found.statements.splice(Math.floor(place * (found.statements.length + 1)), 0, statement);
    const calls = found.statements.filter(
      (each) => each.kind === 'call' && each.count.kind === 'number' && program.functions.has(each.callee),
    ) as (Statement & { kind: 'call' })[];
    const call = calls[Math.floor(choice * calls.length)];
    const works = found.statements.filter((each) => each.kind === 'work');
    const work = works[Math.floor(choice * works.length)];
    if ((kind === 'loop' || kind === 'number' || kind === 'constant') && call) {
      const value = call.count.kind === 'number' ? call.count.value : 1;
      call.count =
        kind === 'constant'
          ? { kind: 'constant', name: 'PARTS', value: value * 4 }
          : { kind: 'number', value: Math.max(2, value) * random4(choice) };
    } else if (kind === 'call') {
      const helper: ProgramFunction = {
        key: `${found.key}h${Math.floor(place * 1e6)}`,
        name: `${found.name}Checked`,
        file: found.file,
        statements: [{ kind: 'work', text, cost: extra }],
      };
      program.functions.set(helper.key, helper);
      put({ kind: 'call', callee: helper.key, count: { kind: 'number', value: 1 } });
    } else if (kind === 'edit' && work?.kind === 'work') {
      work.text = `${work.text.slice(0, -1)}, out.reverse();`;
      work.cost += extra;
    } else put({ kind: 'work', text, cost: extra });
  };
}

function random4(choice: number): number {
  return 2 + Math.floor(choice * 3);
}
