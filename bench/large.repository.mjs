/** A large repository for the benches: services in folders, authors by role, merges, files that change more often than others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path/posix';

const SERVICES = ['checkout', 'catalogue', 'search', 'pricing', 'payments', 'delivery', 'accounts', 'gateway'];
const ROLES = ['engineer', 'lead', 'maintainer', 'contractor', 'release-manager'];
const FIRST_COMMIT_AT = 1_500_000_000;
const SECONDS_BETWEEN = 600;

/** When a commit was made, seconds since the epoch. */
export const committedAt = (index) => FIRST_COMMIT_AT + index * SECONDS_BETWEEN;

/** Paths and texts of a repository of so many files. */
export class Modules {
  constructor(files) {
    this.files = files;
    this.each = Math.ceil(files / SERVICES.length);
  }

  service(file) {
    return SERVICES[Math.floor(file / this.each)];
  }

  path(file) {
    return `services/${this.service(file)}/p${Math.floor(file / 200)}/src/m${file}.ts`;
  }

  /** The file that a file calls: one of its own service. */
  callee(file) {
    const first = Math.floor(file / this.each) * this.each;
    const size = Math.min(this.each, this.files - first);
    return first + (((file - first) * 7 + 1) % size);
  }

  /** A module of two functions; `version` changes a line of one of them; `extra` stands in the loop of the second. */
  text(file, version, extra = '') {
    const callee = this.callee(file);
    const from = relative(dirname(this.path(file)), this.path(callee));
    const [first, second] = version % 2 === 0 ? [version, file] : [file, version];
    const filler = Array.from({ length: 30 }, (_, line) => `  total += ${line} * ${file % 97};`).join('\n');
    return `import { run${callee} } from '${from.startsWith('.') ? from : `./${from}`}';

/** Sums what module ${file} is for. */
export function run${file}(input: number): number {
  let total = input + ${first};
${filler}
  return total;
}

export class Worker${file} {
  readonly limit = ${second};

  handle(items: number[]): number[] {
    return items.map((item) => {
${extra}      return run${callee}(item) + JSON.stringify(item).length;
    });
  }
}
`;
  }
}

/** Who makes a commit: some people make many, most make few. */
function person(index) {
  const number = Math.floor(((index * 7919) % 1000) ** 2 / 12_500);
  const service = SERVICES[number % SERVICES.length];
  const role = ROLES[number % ROLES.length];
  return `${service} ${role} ${number} <${service}-${role}-${number}@shop.example>`;
}

function data(text) {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function header(branch, index, message) {
  const who = `${person(index)} ${committedAt(index)} +0000`;
  return `commit refs/heads/${branch}\nmark :${index + 1}\nauthor ${who}\ncommitter ${who}\n${data(message)}`;
}

const write = ([path, text]) => `M 100644 inline ${path}\n${data(text)}`;

/** One commit in ten is made on a branch and merged two commits later. */
function* history({ commits, modules, planted, untouched }) {
  const { files } = modules;
  const owners = SERVICES.map((service) => `/services/${service}/ @shop/${service}\n`).join('');
  let tip;
  let side;
  for (let index = 0; index < commits; index += 1) {
    // A quarter of the commits goes to a tenth of the files, as in real histories.
    const spread = Math.floor(index % 4 === 0 ? files / 10 : files);
    let file = (index * 7919) % spread;
    if (untouched(file, index)) file = (file + 1) % spread;
    const plan = planted.get(index);
    if (index === 0) {
      yield header('main', index, 'All services');
      for (let each = 0; each < files; each += 1) yield write([modules.path(each), modules.text(each, 0)]);
      yield write(['CODEOWNERS', owners]);
      for (const entry of Object.entries(plan?.files ?? {})) yield write(entry);
      tip = index;
    } else if (plan) {
      yield header('main', index, plan.message) + `from :${tip + 1}\n`;
      for (const entry of Object.entries(plan.files)) yield write(entry);
      tip = index;
    } else if (index % 10 === 7 && index + 2 < commits) {
      side = { index, change: [modules.path(file), modules.text(file, index)] };
      yield `${header('side', index, `${modules.service(file)}: branch ${index}`)}from :${tip + 1}\n${write(side.change)}`;
    } else if (index % 10 === 9 && side) {
      yield `${header('main', index, `Merge branch ${side.index}`)}from :${tip + 1}\nmerge :${side.index + 1}\n${write(side.change)}`;
      side = undefined;
      tip = index;
    } else {
      yield `${header('main', index, `${modules.service(file)}: change ${index} of module ${file}`)}from :${tip + 1}\n`;
      yield write([modules.path(file), modules.text(file, index)]);
      tip = index;
    }
    yield '\n';
  }
  yield `reset refs/heads/side\nfrom ${'0'.repeat(40)}\n\n`;
}

async function git(args, input) {
  const child = spawn('git', args, { stdio: [input ? 'pipe' : 'ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  if (input) {
    for (const part of input) if (!child.stdin.write(part)) await once(child.stdin, 'drain');
    child.stdin.end();
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`);
}

/** Makes a bare repository from what `git fast-import` reads, packed as a server packs it. */
export async function importRepository(bare, stream) {
  await git(['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  const marks = `--export-marks=${bare}.marks`;
  await git([`--git-dir=${bare}`, 'fast-import', '--quiet', marks], stream);
  await git([`--git-dir=${bare}`, 'repack', '-a', '-d', '-q', '--depth=20', '--window=5', '--write-bitmap-index']);
}

/**
 * The repository in `root`, made where it is not there yet.
 * @param planted commit → its message and files, in the place of an ordinary change; the mainline holds all of them
 * @param untouched whether ordinary changes from a commit on leave a file alone
 * @returns its path, and how long it took to be made, milliseconds; undefined where it was there
 */
export async function largeRepository(root, { name = 'repository', commits, files, ...plan }) {
  const { planted = new Map(), untouched = () => false } = plan;
  const bare = join(root, `${name}-${commits}-${files}.git`);
  const isThere = await access(`${bare}.done`).then(
    () => true,
    () => false,
  );
  if (isThere) return { bare, builtMs: undefined };
  await rm(bare, { recursive: true, force: true });
  const from = performance.now();
  await importRepository(bare, history({ commits, modules: new Modules(files), planted, untouched }));
  await writeFile(`${bare}.done`, '');
  return { bare, builtMs: Math.round(performance.now() - from) };
}

/** Runs work with a folder: a given one, which stays, or one that is removed afterwards. */
export async function withFolder(kept, prefix, work) {
  const dir = kept ?? (await mkdtemp(join(tmpdir(), prefix)));
  try {
    return await work(dir);
  } finally {
    if (!kept) await rm(dir, { recursive: true, force: true });
  }
}
