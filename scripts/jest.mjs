/**
 * Runs Jest with native ESM in the current project and leaves its result as JSON for the closing count.
 *
 * Usage: node scripts/jest.mjs [--integration | --measured] [jest argument...]
 *   --integration  only `*.integration.spec.ts`: they use Kafka or Redis, or start whole hosts
 *   --measured     only `*.measured.spec.ts`, one file at a time: what they say depends on a machine at rest
 *
 * Specs that use Kafka or Redis take those that KAFKA_BROKERS and REDIS_URL name, and start their own without.
 */
import { spawn } from 'node:child_process';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './node-runtime.mjs';

const KINDS = { '--integration': 'integration', '--measured': 'measured' };
const kind = Object.entries(KINDS).find(([flag]) => process.argv.includes(flag))?.[1] ?? 'unit';

/** Specs that run target code, or hosts that do. */
const sandboxed = [
  '/workspace/src/sandbox/',
  '/verification/src/(verify\\.candidate|differential/instrument)',
  '/cli/src/run/stage\\.process',
  '/e2e/src/(bus|delivery|other-change|compose|operate)\\.',
];

/** Specs that use one of these names, as patterns of their paths. */
function specsThatUse(names) {
  const uses = (path) => names.test(readFileSync(path, 'utf8'));
  return globSync('src/**/*.{integration,measured}.spec.ts')
    .filter(uses)
    .map((path) => path.replaceAll('.', '\\.'));
}

const leftOut = [
  ...(process.env.HEADROOM_TESTS_WITHOUT_PROMETHEUS ? specsThatUse(/\bLocalPrometheus\b/) : []),
  ...(process.env.HEADROOM_TESTS_WITHOUT_SANDBOX ? sandboxed : []),
  ...(process.env.HEADROOM_TESTS_WITHOUT_KAFKA ? specsThatUse(/\b(kafkaForTests|LocalKafka|runJava)\b/) : []),
  ...(process.env.HEADROOM_TESTS_WITHOUT_REDIS ? specsThatUse(/\b(redisForTests|LocalRedis)\b/) : []),
];
const selected = {
  unit: ['--testPathIgnorePatterns', '\\.(integration|measured)\\.spec\\.ts$', '/node_modules/', ...leftOut],
  integration: [
    '--maxWorkers=3',
    '--testMatch',
    '<rootDir>/src/**/*.integration.spec.ts',
    '--testPathIgnorePatterns',
    '/node_modules/',
    ...leftOut,
  ],
  measured: [
    '--runInBand',
    '--testMatch',
    '<rootDir>/src/**/*.measured.spec.ts',
    '--testPathIgnorePatterns',
    '/node_modules/',
    ...leftOut,
  ],
};
const args = process.argv.slice(2).filter((each) => !Object.hasOwn(KINDS, each));

mkdirSync('test-results', { recursive: true });
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    // The Kafka client, at every connection.
    '--disable-warning=TimeoutNegativeWarning',
    join(workspaceRoot, 'node_modules/jest/bin/jest.js'),
    ...selected[kind],
    ...(leftOut.length > 0 ? ['--passWithNoTests'] : []),
    '--json',
    `--outputFile=test-results/${kind}.json`,
    ...args,
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
