/**
 * Puts a production installation into an empty folder: what was built, the skills, and the production dependencies of the
 * `headroom` command, installed from the lock without install scripts. Run it through `scripts/bootstrap.mjs`, which builds.
 *
 * Usage: node scripts/bootstrap.mjs node scripts/assemble.mjs <folder>
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { withoutNpmState, workspaceRoot } from './node-runtime.mjs';

const COMMAND = '@headroom/cli';
const FILES = [
  'LICENSE',
  'package.json',
  'package-lock.json',
  'scripts/node-runtime.mjs',
  'skills',
  'apps/cli/bin',
  'libs/verification/python',
];

/** Every workspace: its name and its folder. */
function workspaces() {
  const manifests = globSync('{apps/*,libs/*,e2e}/package.json', { cwd: workspaceRoot });
  return new Map(
    manifests.map((path) => {
      const { name, dependencies } = JSON.parse(readFileSync(join(workspaceRoot, path), 'utf8'));
      return [name, { folder: dirname(path), needs: Object.keys(dependencies ?? {}) }];
    }),
  );
}

/** The workspaces that one needs, itself included. */
function closureOf(name, all, found = new Set()) {
  if (found.has(name) || !all.has(name)) return found;
  found.add(name);
  for (const need of all.get(name).needs) closureOf(need, all, found);
  return found;
}

function copy(path, target) {
  const from = join(workspaceRoot, path);
  if (!existsSync(from)) throw new Error(`${path} is missing; run this through scripts/bootstrap.mjs, which builds`);
  cpSync(from, join(target, path), { recursive: true, filter: (each) => !each.endsWith('.tsbuildinfo') });
}

function rewrite(path, change) {
  const value = JSON.parse(readFileSync(path, 'utf8'));
  change(value);
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Leaves the workspaces that stay in the manifest and the lock; every version stays as it was locked. */
function narrow(target, all, kept) {
  const folders = [...kept].map((name) => all.get(name).folder).sort();
  const withoutTools = (manifest) => {
    manifest.workspaces = folders;
    delete manifest.devDependencies;
  };
  rewrite(join(target, 'package.json'), withoutTools);
  for (const folder of folders) rewrite(join(target, folder, 'package.json'), (each) => delete each.devDependencies);
  rewrite(join(target, 'package-lock.json'), ({ packages }) => {
    withoutTools(packages['']);
    for (const folder of folders) delete packages[folder].devDependencies;
    for (const [name, { folder }] of all) {
      if (kept.has(name)) continue;
      for (const path of Object.keys(packages)) {
        if (path === folder || path === `node_modules/${name}` || path.startsWith(`${folder}/`)) delete packages[path];
      }
    }
  });
}

function assemble(target) {
  mkdirSync(target, { recursive: true });
  if (readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
  const all = workspaces();
  const kept = closureOf(COMMAND, all);
  for (const path of FILES) copy(path, target);
  for (const name of kept) {
    const { folder } = all.get(name);
    copy(join(folder, 'package.json'), target);
    copy(join(folder, 'dist'), target);
  }
  narrow(target, all, kept);
  const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  execFileSync('npm', ['ci', ...options], { cwd: target, stdio: ['ignore', 2, 2], env: withoutNpmState(process.env) });
  const words = [join(target, 'apps/cli/bin/headroom.mjs'), '--version'];
  return execFileSync(process.execPath, words, { encoding: 'utf8' }).trim();
}

const [folder] = process.argv.slice(2);
if (!folder) {
  process.stderr.write('Usage: node scripts/bootstrap.mjs node scripts/assemble.mjs <folder>\n');
  process.exit(2);
}
const version = assemble(resolve(folder));
process.stdout.write(`headroom ${version} is in ${resolve(folder)}\n`);
