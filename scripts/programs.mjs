/**
 * Provides the programs that tests need beside Node.js: Debian packages, installed when this is root on a machine with
 * apt, and Python programs, fetched by pip into `.tools`. Run by itself it provides all of them and fails when one is missing.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceRoot } from './node-runtime.mjs';

const PY_SPY = join(workspaceRoot, '.tools', 'py-spy');
const SKILLS_REF = join(workspaceRoot, '.tools', 'skills-ref');

/**
 * What to run to see that a program is there, the package that brings it, and one sentence for when it is not. A program
 * that no package of Debian's brings has a step of its own, which needs those before it.
 */
const PROGRAMS = {
  bubblewrap: {
    probe: ['bwrap', '--version'],
    advice:
      'There is no bubblewrap, so tests that run target code in its sandbox cannot run: install it (on Debian: apt-get install bubblewrap).',
  },
  'redis-server': {
    probe: ['redis-server', '--version'],
    insteadOf: ['REDIS_URL'],
    advice:
      'There is no redis-server: install it (on Debian: apt-get install redis-server), or give the address of a Redis in REDIS_URL.',
  },
  prometheus: {
    probe: ['prometheus', '--version'],
    advice:
      'There is no prometheus, so tests against a real one cannot run: install it (on Debian: apt-get install prometheus).',
  },
  'default-jre-headless': {
    probe: ['java', '-version'],
    insteadOf: ['KAFKA_BROKERS'],
    advice:
      'There is no Java, which a Kafka broker for tests runs on: install version 17 or newer (on Debian: apt-get install default-jre-headless), or give addresses of brokers in KAFKA_BROKERS.',
  },
  maven: {
    probe: ['mvn', '--version'],
    insteadOf: ['KAFKA_BROKERS', 'HEADROOM_KAFKA_JARS'],
    advice:
      'There is no Maven, which fetches the jars of Kafka: install it (on Debian: apt-get install maven), or give addresses of brokers in KAFKA_BROKERS.',
  },
  'golang-go': {
    probe: ['go', 'version'],
    advice:
      'There is no Go, so tests that profile a Go program cannot run: install it (on Debian: apt-get install golang-go).',
  },
  'linux-perf': {
    probe: ['perf', '--version'],
    advice:
      'There is no perf, so tests that profile with it cannot run: install it (on Debian: apt-get install linux-perf).',
  },
  'python3-pip': {
    probe: ['python3', '-m', 'pip', '--version'],
    advice:
      'There is no Python with pip, so tests that profile a Python program cannot run: install it (on Debian: apt-get install python3-pip).',
  },
  'py-spy': {
    probe: [join(PY_SPY, 'bin', 'py-spy'), '--version'],
    provide: () => pipInstall('py-spy.txt', PY_SPY),
    advice:
      'There is no py-spy, so tests that profile a Python program cannot run: node scripts/programs.mjs fetches it with pip into .tools.',
  },
  'skills-ref': {
    probe: ['env', `PYTHONPATH=${SKILLS_REF}`, 'python3', '-c', 'import skills_ref.validator'],
    provide: () => pipInstall('skills-ref.txt', SKILLS_REF),
    advice:
      'There is no skills-ref, so the test that validates the skills with it cannot run: node scripts/programs.mjs fetches it with pip into .tools (it needs Python 3.11).',
  },
};

/** Installs what a list of pinned wheels names into a folder of its own. */
function pipInstall(list, target) {
  const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--root-user-action=ignore'];
  const pinned = ['--require-hashes', '--only-binary=:all:', '-r', join(workspaceRoot, 'scripts', list)];
  spawnSync('python3', [...words, '--upgrade', '--target', target, ...pinned], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function works([command, ...words]) {
  return spawnSync(command, words, { stdio: 'ignore' }).status === 0;
}

function aptGet(...words) {
  // Runlevel 1 keeps a package from starting a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return spawnSync('apt-get', [...words], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/** What an address or folder in the environment replaces is not needed. */
function isMissing(name) {
  const { probe, insteadOf = [] } = PROGRAMS[name];
  return !insteadOf.some((each) => process.env[each]) && !works(probe);
}

/** Installs what is missing, where that can be done; gives the names of what is missing all the same. */
export function providePrograms() {
  const wanted = Object.keys(PROGRAMS).filter(isMissing);
  const [own, packages] = [
    wanted.filter((name) => PROGRAMS[name].provide),
    wanted.filter((name) => !PROGRAMS[name].provide),
  ];
  const canInstall = process.getuid?.() === 0 && works(['apt-get', '--version']);
  if (packages.length > 0 && canInstall) {
    process.stderr.write(`headroom: installing ${packages.join(', ')} for the tests (apt-get)\n`);
    aptGet('update', '-qq');
    for (const name of packages) aptGet('install', '-y', '-qq', '--no-install-recommends', name);
  }
  for (const name of own) {
    process.stderr.write(`headroom: fetching ${name} for the tests (pip)\n`);
    PROGRAMS[name].provide();
  }
  return wanted.filter(isMissing);
}

/** What to do about a missing program, one sentence. */
export function adviceOn(name) {
  return PROGRAMS[name].advice;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = providePrograms();
  for (const name of missing) process.stderr.write(`headroom: ${adviceOn(name)}\n`);
  process.exit(missing.length > 0 ? 1 : 0);
}
