/**
 * Deploys the example service commit by commit, serves each deployment real load, takes a CPU profile of it and
 * publishes what was measured.
 *
 *     node drive.mjs [--deployments <n>] [--variant <name> | --unchanged] [--record <file>]
 *
 * Environment: HEADROOM_CLI (the headroom command), HEADROOM_PLAY_REPOSITORY (the bare repository), HEADROOM_PLAY_HISTORY
 * (what history.mjs printed), HEADROOM_PLAY_WORK (a scratch folder). What is missing is made in a temporary folder.
 * --unchanged deploys the same code every time; --variant deploys another history (history/variants.mjs), built in
 * HEADROOM_PLAY_REPOSITORY where that is given. --record writes the events to a file instead of publishing them.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from './play/checkout.mjs';
import { measure } from './play/measure.mjs';
import { Publisher } from './play/publish.mjs';
import { Service } from './play/service.mjs';

const here = import.meta.dirname;

const { values: flags } = parseArgs({
  options: {
    deployments: { type: 'string' },
    unchanged: { type: 'boolean' },
    variant: { type: 'string' },
    record: { type: 'string' },
  },
});

/** The history that was prepared, or one of our own where none was or another one is asked for. */
function historyIn(work) {
  const { HEADROOM_PLAY_REPOSITORY: repository, HEADROOM_PLAY_HISTORY: file } = process.env;
  const other = flags.unchanged || flags.variant !== undefined;
  if (repository && file && !other) return { repository, ...JSON.parse(readFileSync(file, 'utf8')) };
  const bare = (flags.variant !== undefined && repository) || join(work, 'repository.git');
  const words = ['history.mjs', '--bare', bare];
  if (flags.unchanged) words.push('--unchanged');
  if (flags.variant !== undefined) words.push('--variant', flags.variant);
  if (flags.unchanged && flags.deployments) words.push('--deployments', flags.deployments);
  const printed = execFileSync(process.execPath, words, { cwd: here, encoding: 'utf8' });
  return { repository: bare, ...JSON.parse(printed) };
}

/** Code deployments in order, each with the configuration changes that follow it before the next one. */
function plan(deployments) {
  const planned = [];
  for (const deployment of deployments) {
    if (deployment.kind === 'code') planned.push({ code: deployment, config: [] });
    else planned.at(-1)?.config.push(deployment);
  }
  return flags.deployments ? planned.slice(0, Number(flags.deployments)) : planned;
}

function report(number, count, { whole }) {
  const micros = Math.round((whole.cpuSeconds / whole.requests) * 1e6);
  const busy = whole.restOfHostCores > 0.2 ? `, rest of the host ${whole.restOfHostCores.toFixed(2)} cores` : '';
  process.stderr.write(`deployment ${number} of ${count}: ${micros} µs CPU per request${busy}\n`);
}

/** Deploys, serves, measures. `before` (publishing the previous deployment) goes on while this one warms up. */
async function playDeployment({ code, config }, { repository, work, publisher, settings, before }) {
  const folder = join(work, code.deployment);
  const profileFile = join(work, `${code.deployment}.cpuprofile`);
  checkout(repository, code.commit, folder);
  const changes = [publisher.codeDeployed(code, new Date().toISOString())];
  for (const change of config) {
    for (const { key, after } of change.config) settings[key] = after;
    changes.push(publisher.configDeployed(change, new Date(Date.now() + changes.length).toISOString()));
  }
  const service = await Service.start(folder, settings);
  try {
    const published = before().then(() => publisher.events(changes));
    const measured = await measure(service, profileFile, published);
    const publish = async () => {
      await publisher.profile(profileFile, code, measured, folder);
      await publisher.events([publisher.measured(code, measured)]);
      rmSync(folder, { recursive: true });
      rmSync(profileFile);
    };
    return { measured, publish };
  } finally {
    await service.stop();
  }
}

async function play(work) {
  const { repository, deployments } = historyIn(work);
  const planned = plan(deployments);
  const publisher = new Publisher({
    cli: process.env.HEADROOM_CLI ?? resolve(here, '../../apps/cli/bin/headroom.mjs'),
    repository: 'storefront',
    recordTo: flags.record && resolve(flags.record),
  });
  const settings = {};
  let before = async () => undefined;
  for (const [index, deployment] of planned.entries()) {
    const { measured, publish } = await playDeployment(deployment, { repository, work, publisher, settings, before });
    report(index + 1, planned.length, measured);
    before = publish;
  }
  await before();
}

const given = process.env.HEADROOM_PLAY_WORK;
const work = given ?? mkdtempSync(join(tmpdir(), 'storefront-'));
const cleanUp = async () => {
  await Service.stopAll();
  if (!given) rmSync(work, { recursive: true, force: true });
};
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(code)));
}

try {
  await play(work);
} catch (error) {
  process.stderr.write(`storefront: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
