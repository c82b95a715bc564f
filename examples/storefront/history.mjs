/**
 * Builds the git history of the example service in a bare repository and prints its deployments as JSON.
 *
 *     node history.mjs --bare <folder> [--variant <name> | --unchanged] [--deployments <n>]
 *
 * The same names, dates and contents give the same commit ids on every machine. With --unchanged every deployment
 * (16, or as many as asked for) runs the code of the first commit: each brings one note in the documentation. With
 * --variant something else makes the service slow (history/variants.mjs).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { AUTHORS } from './history/authors.mjs';
import { DEPLOYMENTS } from './history/deployments.mjs';
import { variant } from './history/variants.mjs';

const BRANCH = 'main';
const SERVICE = join(import.meta.dirname, 'service');
const FIRST_DAY = Date.UTC(2025, 8, 1, 8) / 1000;
const DAY = 24 * 3600;
const BETWEEN_COMMITS = 47 * 60;

const { values: flags } = parseArgs({
  options: {
    bare: { type: 'string' },
    unchanged: { type: 'boolean' },
    variant: { type: 'string' },
    deployments: { type: 'string' },
  },
});

function git(bare, args, input) {
  const result = spawnSync('git', args, {
    input,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      GIT_DIR: bare,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C',
    },
  });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`git ${args[0]} failed: ${result.stderr.trim()}`);
  return result.stdout;
}

/** The files of the first commit by path. What a run leaves beside the sources is not part of it. */
function firstFiles() {
  const files = new Map();
  const entries = readdirSync(SERVICE, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(SERVICE, path).split(sep).join('/');
    if (!/(?:^|\/)node_modules\//.test(name)) files.set(name, readFileSync(path, 'utf8'));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function applyEdit(files, edit, message) {
  const where = `"${message.split('\n')[0]}": ${edit.file}`;
  if (edit.content !== undefined) {
    if (files.has(edit.file)) throw new Error(`${where} is there already`);
    return edit.content;
  }
  const before = files.get(edit.file);
  if (before === undefined) throw new Error(`${where} does not exist`);
  const parts = before.split(edit.find);
  if (parts.length !== 2)
    throw new Error(`${where} has ${parts.length - 1} places to edit instead of one: ${edit.find}`);
  return parts.join(edit.replace);
}

function unchangedDeployments(count) {
  return Array.from({ length: count }, (_, index) => {
    const deployment = `d${String(index + 1).padStart(count > 99 ? 3 : 2, '0')}`;
    const note = `- Released ${deployment}: nothing to watch.`;
    const find =
      index === 0
        ? '# Operations\n'
        : `- Released d${String(index).padStart(count > 99 ? 3 : 2, '0')}: nothing to watch.\n`;
    const edits = [
      { file: 'docs/operations.md', find, replace: index === 0 ? `${find}\n${note}\n` : `${find}${note}\n` },
    ];
    return {
      deployment,
      kind: 'code',
      commits: [{ author: 'platform', message: `docs: note release ${deployment}`, edits }],
    };
  });
}

const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`;
const modify = ([path, content]) => `M 100644 inline ${path}\n${data(content)}`;

/** A stream for `git fast-import`: one commit on top of the other. */
class Stream {
  #text = '';
  #mark = 0;

  commit(seconds, author, message, changed) {
    const { name, email } = AUTHORS[author];
    const parent = this.#mark === 0 ? '' : `from :${this.#mark}\n`;
    this.#mark += 1;
    const who = `${name} <${email}> ${seconds} +0000`;
    this.#text +=
      `commit refs/heads/${BRANCH}\nmark :${this.#mark}\nauthor ${who}\ncommitter ${who}\n` +
      `${data(`${message}\n`)}${parent}${[...changed].map(modify).join('')}\n`;
    return this.#mark;
  }

  /** Commit ids by mark. */
  import(bare) {
    git(bare, ['fast-import', '--quiet', '--done'], `${this.#text}done\n`);
    const ids = git(bare, ['rev-list', '--reverse', BRANCH]).trim().split('\n');
    return new Map(ids.map((id, index) => [index + 1, id]));
  }
}

function addCommits(stream, files, deployments) {
  const first = stream.commit(FIRST_DAY, 'platform', 'Catalogue, search, carts and quotes', files);
  return deployments.map(({ commits, ...deployment }, day) => {
    const marks = (commits ?? []).map(({ author, message, edits }, index) => {
      const changed = new Map();
      for (const edit of edits) {
        const content = applyEdit(files, edit, message);
        files.set(edit.file, content);
        changed.set(edit.file, content);
      }
      return stream.commit(FIRST_DAY + (day + 1) * DAY + index * BETWEEN_COMMITS, author, message, changed);
    });
    return { ...deployment, marks: day === 0 ? [first, ...marks] : marks };
  });
}

function describe(deployments, ids) {
  let previousCommit = null;
  return deployments.map(({ marks, ...deployment }) => {
    if (deployment.kind === 'config') return deployment;
    const commits = marks.map((mark) => ids.get(mark));
    const commit = commits.at(-1);
    const described = { deployment: deployment.deployment, kind: 'code', commit, previousCommit, commits };
    previousCommit = commit;
    return described;
  });
}

/** The deployments that are asked for. */
function deploymentsOf(count) {
  if (flags.unchanged && flags.variant !== undefined) throw new Error('--unchanged and --variant exclude each other');
  if (flags.unchanged) return unchangedDeployments(count ?? 16);
  return (flags.variant === undefined ? DEPLOYMENTS : variant(flags.variant)).slice(0, count);
}

function build(bare) {
  const count = flags.deployments === undefined ? undefined : Number(flags.deployments);
  if (count !== undefined && !(Number.isInteger(count) && count > 0))
    throw new Error('--deployments must be a whole number above 0');
  const all = deploymentsOf(count);
  git(bare, ['init', '--quiet', '--bare', `--initial-branch=${BRANCH}`, '--object-format=sha1', bare]);
  const stream = new Stream();
  const deployments = addCommits(stream, firstFiles(), all);
  return { branch: BRANCH, deployments: describe(deployments, stream.import(bare)) };
}

if (!flags.bare) throw new Error('--bare names the folder of the bare repository');
process.stdout.write(`${JSON.stringify(build(resolve(flags.bare)), null, 2)}\n`);
