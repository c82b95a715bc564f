/**
 * Provides the programs that tests need beside Node.js: Debian packages, installed when this is root on a machine with
 * apt. Run by itself it provides all of them and fails when one is missing.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What to run to see that a program is there, the package that brings it, and one sentence for when it is not. */
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
};

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
  const canInstall = process.getuid?.() === 0 && works(['apt-get', '--version']);
  if (wanted.length === 0 || !canInstall) return wanted;
  process.stderr.write(`headroom: installing ${wanted.join(', ')} for the tests (apt-get)\n`);
  aptGet('update', '-qq');
  for (const name of wanted) aptGet('install', '-y', '-qq', '--no-install-recommends', name);
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
