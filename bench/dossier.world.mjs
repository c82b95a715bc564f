/**
 * What a dossier is made from, at the size of a large company's repository: its history with one commit that made a function dearer
 * and others beside it, deployments, profiles on both sides, configuration, documents, experiments, past cases.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foldCase } from '@headroom/cases';
import { caseIdOf, contracts, sha256, topicOf } from '@headroom/contracts';
import { caseKey, PROJECTOR_GROUP, ServiceIndex } from '@headroom/indexes';
import { configSchema, createLogger } from '@headroom/platform';
import { encodeStacks, mergeStacks } from '@headroom/profiling';
import { Runtime } from '@headroom/runtime';
import { committedAt, importRepository, largeRepository, Modules } from './large.repository.mjs';

export const SERVICE = 'checkout';
const REPOSITORY = 'shop/all';
const CONFIGURATION_COMMITS = 5_000;
const CASES = 500;
const DOCUMENTS = 300;
const EXPERIMENTS = 60;
const COMMITS_PER_DEPLOYMENT = 50;
const DEPLOYMENTS = 30;
/** Deployments that can be the change point: 300 commits. */
const CANDIDATES = [20, 25];
const CHANGE_POINT = 23;
const LARGE_FILE_LINES = 40_000;

const finding = contracts.find(({ name }) => name === 'finding.opened');
const at = (index) => new Date(committedAt(index) * 1000).toISOString();
const deploymentOf = (number) => `d${String(number).padStart(2, '0')}`;

/** A file of generated code, as clients of other services are checked in. */
function generated(lines, seed) {
  const blocks = Array.from({ length: Math.floor(lines / 4) }, (_, block) => {
    return `export function route${block}(input: string): string {\n  return input.slice(${block + seed}) + '${seed}';\n}\n`;
  });
  return blocks.join('\n');
}

function document(number) {
  const topics = ['run', 'worker', 'handle', 'loop', 'cache', 'parse', 'retry', 'batch', 'pool', 'stringify'];
  const sections = Array.from({ length: 8 }, (_, section) => {
    const topic = topics[(number * 3 + section) % topics.length];
    return `## ${topic} ${section}\n\n${`How ${topic} of part ${number} is kept cheap, and what to look at first. `.repeat(12)}\n`;
  });
  return `# Part ${number}\n\n${sections.join('\n')}`;
}

/** Where things are in the history of so many commits. */
function planOf(commits, files) {
  const modules = new Modules(files);
  const target = Math.floor(files / 20);
  const callee = modules.callee(target);
  // The last 200 commits came after the newest deployment.
  const lastDeployed = Math.floor((commits - 200) / 10) * 10;
  const endOf = (number) => lastDeployed - (DEPLOYMENTS - 1 - number) * COMMITS_PER_DEPLOYMENT;
  const cause = endOf(CHANGE_POINT) - 30;
  return { modules, target, callee, endOf, cause, from: endOf(CANDIDATES[0] - 2) };
}

function plantedOf({ modules, target, callee, endOf, cause }) {
  const path = modules.path(target);
  const text = (version, extra) => modules.text(target, version, extra);
  const costly = '      JSON.parse(JSON.stringify(items));\n';
  const lock = (version) => `{\n  "packages": { "node_modules/left": { "version": "${version}" } }\n}\n`;
  const documents = Array.from({ length: DOCUMENTS / 2 }, (_, number) => [
    `docs/patterns/pattern-${number}.md`,
    document(number),
  ]);
  const generatedPath = 'services/checkout/generated/routes.ts';
  const first = Object.fromEntries([
    ...documents,
    [generatedPath, generated(LARGE_FILE_LINES, 1)],
    ['package-lock.json', lock('1.0.0')],
  ]);
  return new Map([
    [0, { files: first }],
    [endOf(20) - 20, { message: 'checkout: limit of the worker', files: { [path]: text(1_000_001) } }],
    [endOf(21) - 20, { message: 'checkout: start of the sum', files: { [path]: text(1_000_002) } }],
    [endOf(22) - 30, { message: 'checkout: new client', files: { [generatedPath]: generated(LARGE_FILE_LINES, 2) } }],
    [endOf(22) - 20, { message: 'all: a newer left', files: { 'package-lock.json': lock('1.1.0') } }],
    [cause, { message: 'checkout: copy the items before use', files: { [path]: text(1_000_002, costly) } }],
    [endOf(24) - 20, { message: 'checkout: sum', files: { [modules.path(callee)]: modules.text(callee, 1_000_003) } }],
    [endOf(25) - 20, { message: 'checkout: limit', files: { [path]: text(1_000_005, costly) } }],
  ]);
}

/** Commits of configuration: one in ten is about the service. */
function* configurationHistory(endOf) {
  const first = committedAt(endOf(DEPLOYMENTS - 1)) - CONFIGURATION_COMMITS * 1_200;
  const who = (index) => `configuration operator ${index % 7} <operator${index % 7}@shop.example>`;
  for (let index = 0; index < CONFIGURATION_COMMITS; index += 1) {
    const service = index % 10 === 0 ? SERVICE : `other${index % 10}`;
    const message = `limits of ${service}, ${index}`;
    const text = `pool:\n  size: ${index % 50}\n  wait: ${index}\nretries: ${index % 4}\n`;
    yield `commit refs/heads/main\nauthor ${who(index)} ${first + index * 1_200} +0000\n`;
    yield `committer ${who(index)} ${first + index * 1_200} +0000\ndata ${message.length}\n${message}\n`;
    yield `M 100644 inline ${service}/limits.yaml\ndata ${text.length}\n${text}\n\n`;
  }
}

/** Stacks of a service of 1,500 functions; `dear`: the weight of the function that the case is about. */
function stacksOf({ modules, target }, dear, line) {
  const ids = new Map();
  const frame = (id) => ids.get(id) ?? ids.set(id, ids.size).get(id);
  const stacks = [];
  const root = frame('services/checkout/main.ts:serve');
  const name = (file) => `${modules.path(file)}:Worker${file}.handle`;
  for (let index = 0; index < 4_000; index += 1) {
    const frames = [root];
    for (let file = index % 1_000, depth = 0; depth < 4 + (index % 8); depth += 1, file = modules.callee(file)) {
      if (file !== target) frames.push(frame(name(file)));
    }
    stacks.push({ frames, weight: 500 + (index % 7) * 100, samples: 1 });
  }
  const subject = frame(name(target));
  const run = frame(`${modules.path(modules.callee(target))}:run${modules.callee(target)}`);
  stacks.push({ frames: [root, subject], weight: dear, samples: 1_000 });
  stacks.push({ frames: [root, subject, run], weight: 60_000, samples: 600 });
  const none = { unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0, unmappedFiles: [], problems: [] };
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: [...ids.keys()].map((id) => ({ id, origin: 'first-party', resolved: true })),
    stacks,
    lines: [{ frame: subject, line, weight: dear }],
    samples: stacks.length,
    durationUs: 60_000_000,
    idleUs: 0,
    summary: { firstPartyUs: 0, thirdPartyUs: 0, runtimeUs: 0, resolvedFrames: ids.size, ...none },
  };
}

function lineOf(text, part) {
  return text.split('\n').findIndex((line) => line.includes(part)) + 1;
}

async function putProfiles({ store, blobs }, { plan, commitAt }) {
  const index = new ServiceIndex(store);
  const { modules, target, endOf, cause } = plan;
  const refs = { before: [], after: [] };
  for (let number = 0; number < DEPLOYMENTS; number += 1) {
    const [deployment, deployed] = [deploymentOf(number), endOf(number)];
    const isAfter = number >= CHANGE_POINT;
    const text = modules.text(target, 1, isAfter ? 'copied\n' : '');
    const line = lineOf(text, isAfter ? 'copied' : 'JSON.stringify');
    const about = { service: SERVICE, environment: 'production', deployment };
    await index.putChange({
      ...about,
      kind: 'code',
      deployedAt: at(deployed),
      repository: REPOSITORY,
      commit: commitAt(deployed),
      previousCommit: commitAt(endOf(number - 1)),
    });
    for (let part = 0; part < 2; part += 1) {
      const stacks = stacksOf(plan, (isAfter ? 400_000 : 100_000) + number * 10 + part, line);
      const profile = await blobs.put(encodeStacks(mergeStacks([stacks])), 'application/vnd.headroom.stacks.v1+gzip');
      const startedAt = new Date((committedAt(deployed) + 600 + part * 600) * 1000).toISOString();
      const endedAt = new Date((committedAt(deployed) + 1_200 + part * 600) * 1000).toISOString();
      const figures = { unitOfWork: 'request', units: 100_000, cpuSeconds: 4, restOfHostCores: 0.02 };
      const rest = { version: commitAt(deployed), hostClass: 'c1', startedAt, endedAt, samples: 4_000 };
      await index.putProfile({ ...about, ...figures, ...rest, format: 'headroom.stacks.v1', profile });
      const side = isAfter ? 'after' : number >= CANDIDATES[0] ? undefined : 'before';
      if (side && refs[side].length < 8) refs[side].push({ ...profile, version: commitAt(deployed) });
    }
  }
  const config = [{ key: 'pool.size', before: '10', after: '12' }];
  const setting = { kind: 'config', deployment: 'c01', deployedAt: at(cause - 5), config };
  await index.putChange({ service: SERVICE, environment: 'production', ...setting });
  return { refs, setting };
}

async function putCases(parts, { modules }) {
  await parts.log.ensureTopics([topicOf(finding)]);
  const runtime = new Runtime({ ...parts, group: PROJECTOR_GROUP, logger: createLogger({ level: 'silent' }) });
  let folded = 0;
  runtime.subscribeStream({
    contracts: [finding],
    handler: async (batch, context) => {
      for (const { event } of batch) {
        const key = caseKey(event.data.case.caseId);
        context.put(key, foldCase(await context.get(key), event));
        folded += 1;
      }
    },
  });
  await runtime.start();
  for (let index = 0; index < CASES; index += 1) {
    const file = (index * 37) % modules.files;
    const subject = `${modules.path(file)}:run${file}`;
    const about = { service: modules.service(file), repository: REPOSITORY, kind: 'opportunity', subject };
    const subjectContent = sha256(`${subject} ${index}`);
    const header = { caseId: caseIdOf({ ...about, anchor: subjectContent }), attempt: 1, step: 'finding.1' };
    const data = { ...about, case: { ...header, causationId: 'bench' }, opportunity: { subjectContent, profiles: [] } };
    await runtime.publisher.publish(finding, data);
  }
  while (folded < CASES) await new Promise((resolve) => setTimeout(resolve, 50));
  await runtime.close();
}

function findingOf({ plan, commitAt, refs, setting }) {
  const { modules, target, endOf } = plan;
  const subject = `${modules.path(target)}:Worker${target}.handle`;
  const candidate = (number) => ({
    deployment: deploymentOf(number),
    kind: 'code',
    deployedAt: at(endOf(number)),
    commit: commitAt(endOf(number)),
    previousCommit: commitAt(endOf(number - 1)),
  });
  const numbers = Array.from({ length: CANDIDATES[1] - CANDIDATES[0] + 1 }, (_, each) => CANDIDATES[0] + each);
  const candidates = [...numbers.map(candidate), setting].sort((a, b) => (a.deployedAt < b.deployedAt ? -1 : 1));
  const series = Array.from({ length: DEPLOYMENTS }, (_, number) => ({
    deployment: deploymentOf(number),
    version: commitAt(endOf(number)),
    value: (number >= CHANGE_POINT ? 0.0000057 : 0.0000021) + number * 1e-9,
    quiet: true,
  }));
  const [before, after] = [0.0000021, 0.0000057];
  const about = { service: SERVICE, repository: REPOSITORY, kind: 'regression', subject };
  const caseId = caseIdOf({ ...about, anchor: deploymentOf(CHANGE_POINT) });
  return {
    case: { caseId, attempt: 1, step: 'finding.1', causationId: 'bench' },
    ...about,
    regression: {
      environment: 'production',
      hostClass: 'c1',
      metric: 'cpu-seconds-per-unit',
      unitOfWork: 'request',
      changePoint: candidate(CHANGE_POINT),
      candidates,
      before,
      after,
      delta: after - before,
      deltaOfService: 0.09,
      sd: 0.0000002,
      p: 1e-9,
      q: 1e-8,
      counts: { before: 20, after: 7, setAside: 0 },
      chain: [{ id: subject, origin: 'first-party', delta: after - before }],
      grownCallees: [],
      series,
      profiles: refs,
      qualityFlags: [],
    },
  };
}

/** The configuration of the services, as an operator writes it. */
export function configurationOf({ bare, configuration, folder }) {
  const repository = { name: REPOSITORY, url: bare };
  const names = [SERVICE, 'catalogue', 'search', 'pricing'];
  const services = Object.fromEntries(
    names.map((name) => [
      name,
      { repository: { ...repository, path: `services/${name}` }, team: name, test: ['true'] },
    ]),
  );
  const tools = {
    docs: [
      { name: 'runbooks', path: join(folder, 'runbooks') },
      { name: 'patterns', path: 'docs/patterns', repository: REPOSITORY },
    ],
    experiments: { path: join(folder, 'experiments') },
    configuration: {
      name: 'shop/configuration',
      url: configuration,
      branch: 'main',
      services: { [SERVICE]: [`${SERVICE}/**`] },
    },
  };
  return configSchema.parse({ version: 1, services, tools });
}

async function files(folder, endOf) {
  await mkdir(join(folder, 'runbooks'), { recursive: true });
  await mkdir(join(folder, 'experiments'), { recursive: true });
  for (let number = 0; number < DOCUMENTS / 2; number += 1) {
    await writeFile(join(folder, 'runbooks', `runbook-${number}.md`), document(number + DOCUMENTS));
  }
  const experiments = Array.from({ length: EXPERIMENTS }, (_, number) =>
    [
      `experiment: experiment-${number}`,
      `service: ${number % 3 === 0 ? SERVICE : 'search'}`,
      'status: running',
      `start: ${at(endOf(number % DEPLOYMENTS))}`,
      'variants: [{ id: control, weight: 0.5 }, { id: changed, weight: 0.5 }]',
      `exposure: [{ at: ${at(endOf(number % DEPLOYMENTS))}, change: half of the traffic }]`,
    ].join('\n'),
  );
  await writeFile(join(folder, 'experiments', 'experiments.yaml'), `${experiments.join('\n---\n')}\n`);
}

/** The repositories, made in `root` where they are not there, and their description. */
export async function repositoriesOf(root, { commits, files: count }) {
  const plan = planOf(commits, count);
  const { modules, target, callee, from } = plan;
  const untouched = (file, index) => index >= from && (file === target || file === callee);
  const planted = plantedOf(plan);
  const { bare, builtMs } = await largeRepository(root, { name: 'dossier', commits, files: count, planted, untouched });
  const marks = (await readFile(`${bare}.marks`, 'utf8')).split('\n').map((line) => line.split(' '));
  const ids = new Map(marks.map(([mark, id]) => [Number(mark.slice(1)) - 1, id]));
  const configuration = join(root, `configuration-${commits}.git`);
  if (builtMs !== undefined) await importRepository(configuration, configurationHistory(plan.endOf));
  return { plan, bare, configuration, builtMs, cause: ids.get(plan.cause), commitAt: (index) => ids.get(index) };
}

/** Fills the stores and the folders. @returns the finding that a dossier is made of */
export async function fill(parts, folder, { plan, commitAt }) {
  await files(folder, plan.endOf);
  const { refs, setting } = await putProfiles(parts, { plan, commitAt });
  await putCases(parts, plan);
  return findingOf({ plan, commitAt, refs, setting });
}
