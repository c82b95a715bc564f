import type { Random } from './random.js';

/** How often a call runs: a number in the code, a constant of its file, a setting, or a flag (its exposure). */
export type Count =
  | { kind: 'number'; value: number }
  | { kind: 'constant'; name: string; value: number }
  | { kind: 'setting'; key: string }
  | { kind: 'flag'; key: string };

/** One statement of a function. */
export type Statement = { kind: 'work'; text: string; cost: number } | { kind: 'call'; callee: string; count: Count };

/** A function of the program. Its key stays when it gets another name or file. */
export interface ProgramFunction {
  key: string;
  name: string;
  file: string;
  statements: Statement[];
}

/** How the source text is written. */
export interface Style {
  name: string;
  form: 'function' | 'class' | 'arrow';
  indent: string;
  loop: 'counter' | 'of';
}

/** A program whose cost is known: it is what its statements cost. */
export interface Program {
  functions: Map<string, ProgramFunction>;
  root: string;
  /** Package → version, and cost of a call by version. */
  packages: Map<string, { version: string; cost: Record<string, number> }>;
  style: Style;
}

/** What surrounds a running program. */
export interface Surroundings {
  settings: Record<string, number>;
  exposure: Record<string, number>;
}

/** A copy that can be changed. */
export function copyOf(program: Program): Program {
  return {
    ...program,
    functions: structuredClone(program.functions),
    packages: structuredClone(program.packages),
  };
}

/** Id of a function in profiles. */
export function idOf(program: Program, key: string): string {
  const found = program.functions.get(key)!;
  return `${found.file}:${program.style.form === 'class' ? `${className(found)}.` : ''}${found.name}`;
}

function className({ name }: ProgramFunction): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}Step`;
}

/** Id of the function of a package in profiles. */
export function packageId(name: string): string {
  return `node_modules/${name}/lib/index.js:${packageCall(name)}`;
}

/** Source text of every file, and the line of each statement that works by itself. */
export function render(program: Program): { files: Record<string, string>; lines: Map<Statement, number> } {
  const texts = new Map<string, string[]>();
  const lines = new Map<Statement, number>();
  const byFile = Map.groupBy(program.functions.values(), (each) => each.file);
  for (const [file, functions] of byFile) {
    const out = [...importsOf(program, file, functions), ...constantsOf(functions), ''];
    for (const each of functions) writeFunction(program, each, out, lines);
    texts.set(file, out);
  }
  const files = Object.fromEntries([...texts].map(([file, out]) => [file, `${out.join('\n')}\n`]));
  const dependencies = Object.fromEntries([...program.packages].map(([name, { version }]) => [name, version]));
  const locked = Object.fromEntries(
    [...program.packages].map(([name, { version }]) => [`node_modules/${name}`, { version }]),
  );
  files['package.json'] = `${JSON.stringify({ name: 'app', version: '1.0.0', dependencies }, null, 2)}\n`;
  files['package-lock.json'] = `${JSON.stringify({ lockfileVersion: 3, packages: locked }, null, 2)}\n`;
  return { files, lines };
}

function importsOf(program: Program, file: string, functions: readonly ProgramFunction[]): string[] {
  const wanted = new Set<string>();
  for (const { statements } of functions) {
    for (const each of statements) {
      if (each.kind !== 'call') continue;
      const callee = program.functions.get(each.callee);
      if (!callee) wanted.add(`import { ${packageCall(each.callee)} } from '${each.callee}';`);
      else if (callee.file !== file) {
        const depth = '../'.repeat(file.split('/').length - 1);
        const name = program.style.form === 'class' ? instanceOf(callee) : callee.name;
        wanted.add(`import { ${name} } from '${depth}${callee.file.replace(/\.ts$/, '.js')}';`);
      }
      if (each.count.kind === 'setting') wanted.add(`import { settings } from 'app-settings';`);
      if (each.count.kind === 'flag') wanted.add(`import { flags } from 'app-flags';`);
    }
  }
  return [...wanted].sort();
}

function packageCall(name: string): string {
  return name.replaceAll('-', '_');
}

function instanceOf({ name }: ProgramFunction): string {
  return `${name}Step`;
}

function constantsOf(functions: readonly ProgramFunction[]): string[] {
  const calls = functions.flatMap(({ statements }) => statements);
  const counts = calls.flatMap((each) => (each.kind === 'call' && each.count.kind === 'constant' ? [each.count] : []));
  return counts.map(({ name, value }) => `const ${name} = ${value};`);
}

function writeFunction(program: Program, found: ProgramFunction, out: string[], lines: Map<Statement, number>): void {
  const { form, indent } = program.style;
  const [pad, open, close] = {
    function: ['', [`export function ${found.name}(input) {`], ['}']] as const,
    arrow: ['', [`export const ${found.name} = (input) => {`], ['};']] as const,
    class: [
      indent,
      [`export class ${className(found)} {`, `${indent}${found.name}(input) {`],
      [`${indent}}`, '}', `export const ${instanceOf(found)} = new ${className(found)}();`],
    ] as const,
  }[form];
  const inner = pad + indent;
  out.push(...open, `${inner}const out = [];`);
  for (const each of found.statements) {
    if (each.kind === 'work') {
      out.push(inner + each.text);
      lines.set(each, out.length);
    } else out.push(...callLines(program, each).map((line) => inner + line));
  }
  out.push(`${inner}return out;`, ...close, '');
}

function callLines(program: Program, { callee, count }: Statement & { kind: 'call' }): string[] {
  const { form, indent, loop } = program.style;
  const found = program.functions.get(callee);
  const name = !found ? packageCall(callee) : form === 'class' ? `${instanceOf(found)}.${found.name}` : found.name;
  const call = `out.push(${name}(input));`;
  if (count.kind === 'number' && count.value === 1) return [call];
  if (count.kind === 'flag') return [`if (flags.isOn('${count.key}')) {`, indent + call, '}'];
  const times =
    count.kind === 'setting' ? `settings.number('${count.key}')` : count.kind === 'constant' ? count.name : count.value;
  const head =
    loop === 'counter' ? `for (let at = 0; at < ${times}; at += 1) {` : `for (const part of input.parts(${times})) {`;
  return [head, indent + call, '}'];
}

function timesOf(count: Count, { settings, exposure }: Surroundings): number {
  if (count.kind === 'setting') return settings[count.key] ?? 0;
  return count.kind === 'flag' ? (exposure[count.key] ?? 0) : count.value;
}

/** One path of a run: ids root first, cost, and the line of the innermost frame with its text. */
export interface RunPath {
  frames: string[];
  cost: number;
  line?: number;
  text?: string;
}

/** What a run of the program costs, path by path. */
export function run(program: Program, around: Surroundings): RunPath[] {
  const { lines } = render(program);
  const paths: RunPath[] = [];
  const walk = (key: string, above: readonly string[], times: number): void => {
    const found = program.functions.get(key);
    if (!found) {
      const { version, cost } = program.packages.get(key)!;
      paths.push({ frames: [...above, packageId(key)], cost: times * cost[version]! });
      return;
    }
    const frames = [...above, idOf(program, key)];
    for (const each of found.statements) {
      if (each.kind === 'work')
        paths.push({ frames, cost: times * each.cost, line: lines.get(each)!, text: each.text });
      else walk(each.callee, frames, times * timesOf(each.count, around));
    }
  };
  walk(program.root, [], 1);
  return paths.filter((path) => path.cost > 0);
}

/** Measured instead of known: every path with a spread of `noise` (standard deviation of its logarithm). */
export function measuredPaths(paths: readonly RunPath[], noise: number, random: Random): RunPath[] {
  return paths.map((path) => ({ ...path, cost: path.cost * Math.exp(noise * random.normal()) }));
}

/** Cost of all paths through a function. */
export function costOf(paths: readonly RunPath[], id?: string): number {
  return paths.reduce((sum, { frames, cost }) => sum + (id === undefined || frames.includes(id) ? cost : 0), 0);
}
