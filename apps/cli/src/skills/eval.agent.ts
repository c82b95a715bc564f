import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ALWAYS_OFFERED,
  caseScope,
  CaseShield,
  CheckoutWorkspace,
  mcpTools,
  OutgoingGuard,
  runAgent,
  type AgentResult,
  type RunSkill,
} from '@headroom/agent';
import { configSchema, createLogger, type AgentSettings, type HeadroomConfig } from '@headroom/platform';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import {
  makeEvalRepository,
  skillResources,
  type EvalAgent,
  type EvalCase,
  type EvalOutcome,
  type Skill,
} from '@headroom/skills';
import { serveSkills, startToolServer } from '@headroom/tool-server';
import { ServiceRepositories } from '@headroom/workspace';
import { version } from '../installation.js';
import { servingOf } from '../tools/serving.js';

const SERVICE = 'eval';
const REPOSITORY = 'eval/case';
/** What a model may look things up with that has no skill to name tools. */
const PLAIN_TOOLS = ['code_find_callers', 'code_find_definition', 'code_read_range', 'code_search_text'];
const NO_SKILL: Omit<RunSkill, 'tools'> = {
  name: 'no-skill',
  version: '0.0.0',
  digest: '',
  body: 'There is no skill for this case. Make the function cheaper without changing what it does, or abstain.',
  resources: [],
  uses: [],
};

/** A model for evals, and how to end it. */
export interface OpenEvalAgent {
  agent: EvalAgent;
  close: () => Promise<void>;
}

/**
 * A model that works on the cases of evals as the skill-executor would, with the same loop, budgets and rules: each in a repository that
 * holds nothing but the files of the case. What is expected of a case is not told.
 */
export async function openEvalAgent(settings: AgentSettings, key: string): Promise<OpenEvalAgent> {
  // One store: the budget of a day holds for all cases of a run.
  const parts = await openMemory();
  const secret = randomBytes(32).toString('base64url');
  const agent: EvalAgent = async (one, skills) => {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
    try {
      return outcomeOf(await worked(one, skills, { settings, key, secret, parts, dir }));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };
  return { agent, close: () => parts.close() };
}

interface EvalParts {
  settings: AgentSettings;
  key: string;
  secret: string;
  parts: EmbeddedParts;
  dir: string;
}

async function worked(
  one: EvalCase,
  skills: readonly Skill[],
  { settings, key, secret, parts, dir }: EvalParts,
): Promise<AgentResult> {
  const config = await repositoryOf(one, dir);
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  const opened = await repositories.open(SERVICE);
  const { mirror } = opened;
  const commit = await mirror.resolve('main');
  const { policy } = await opened.policy();
  const caseId = `eval-${one.skill}-${one.id}-${skills.length > 0 ? 'with' : 'without'}`;
  const shield = new CaseShield({ secret, caseId, knownSecrets: [key] });
  const skill = await runSkillOf(skills);
  const served = await toolsOf({ config, dir, repositories, parts });
  const { signal } = new AbortController();
  const { subject, chain = [], grownCallees } = one.spec;
  try {
    const frames = [subject, ...chain, ...grownCallees.map((each) => (typeof each === 'string' ? each : each.id))];
    const read = (path: string): Promise<string | undefined> => mirror.readFile(commit, path);
    const scope = await caseScope({ subject, frames, causeFiles: Object.keys(one.files), read });
    const rules = { subject, scope, limits: { ...policy, harness: [] } };
    const { model, baseUrl, maxTokens, prices, budgets } = settings;
    return await runAgent({
      case: { caseId, attempt: 1, step: 'eval', team: SERVICE },
      skill,
      dossier: { text: dossierOf(one), evidence: [commit] },
      model: { baseURL: baseUrl, apiKey: key, maxTokens, prices, ...(model !== undefined && { name: model }) },
      budgets,
      tools: served.tools,
      workspace: await CheckoutWorkspace.open({ mirror, commit, dir: join(dir, 'checkout'), shield, rules }),
      shield,
      guard: new OutgoingGuard({ shield, tools: [...skill.tools, ...ALWAYS_OFFERED] }),
      store: parts.store,
      blobs: parts.blobs,
      signal,
    });
  } finally {
    await served.close();
  }
}

/** Makes a repository of the files of a case, and a configuration that names it. */
async function repositoryOf({ files }: EvalCase, dir: string): Promise<HeadroomConfig> {
  const url = join(dir, 'repository');
  await makeEvalRepository(url, [{ message: 'Base', files }]);
  const repository = { name: REPOSITORY, url };
  return configSchema.parse({ version: 1, services: { [SERVICE]: { repository, team: SERVICE, test: ['true'] } } });
}

async function toolsOf(from: {
  config: HeadroomConfig;
  dir: string;
  repositories: ServiceRepositories;
  parts: EmbeddedParts;
}) {
  const { config, dir, repositories, parts } = from;
  const logger = createLogger({ level: 'silent' });
  // Something to look at for each domain, so that no skill lacks a tool; there is nothing in it.
  const nothing = join(dir, 'nothing');
  await mkdir(nothing);
  const tools = { ...config.tools, docs: [{ name: 'docs', path: nothing }], experiments: { path: nothing } };
  const locations = { configDir: dir, dataDir: dir };
  const serving = await servingOf({ ...parts, config: { ...config, tools }, locations, repositories }, logger);
  const token = randomBytes(24).toString('base64url');
  const { hosts, origins } = config.tools;
  const skills = await serveSkills([], logger);
  const server = await startToolServer({
    tools: serving,
    skills,
    logger,
    version: version(),
    token,
    port: 0,
    hosts,
    origins,
  });
  const client = mcpTools({ url: server.url, token, version: version() });
  const close = async (): Promise<void> => {
    await client.close();
    await server.close();
    await serving.close();
  };
  return { tools: client, close };
}

async function runSkillOf([skill, ...uses]: readonly Skill[]): Promise<RunSkill> {
  if (!skill) return { ...NO_SKILL, tools: PLAIN_TOOLS };
  const textOf = ({ name, version: number, digest, body }: Skill) => ({ name, version: number, digest, body });
  return {
    ...textOf(skill),
    tools: [...new Set([skill, ...uses].flatMap(({ requiresTools }) => requiresTools))].sort(),
    resources: await skillResources(skill),
    uses: uses.map(textOf),
  };
}

/** What is known of a case; nothing of what is expected, and no name of a fixture, which may tell it. */
function dossierOf({ prompt, spec, diff }: EvalCase): string {
  const { kind, subject, type, chain, grownCallees, frames, figures, ranked } = spec;
  const regression = { chain: chain ?? [subject], grownCallees, figures, cause: causeOf(spec), ranked };
  const finding = { repository: REPOSITORY, kind, subject, type, frames, ...(kind === 'regression' && regression) };
  const change = diff === undefined ? '' : `\n\nThe change:\n\n${diff}`;
  return `${prompt}\n\n${JSON.stringify(finding, undefined, 1)}${change}`;
}

function causeOf({ cause }: EvalCase['spec']): object {
  if (cause.kind === 'commit') return { kind: cause.kind, title: cause.title, written: cause.written };
  if (cause.kind !== 'dependency') return cause;
  const { kind, package: name, from, to, title } = cause;
  return { kind, package: name, from, to, title };
}

function outcomeOf({ outcome: end, model: { usage } }: AgentResult): EvalOutcome {
  const { outcome, reason, summary, candidates } = end;
  const patch = outcome === 'abstain' ? undefined : candidates[0]?.patch;
  return {
    outcome,
    message: summary,
    tokens: usage.input + usage.output + usage.cacheRead + usage.cacheWrite,
    ...(reason !== undefined && { reason }),
    ...(patch !== undefined && { patch }),
  };
}
