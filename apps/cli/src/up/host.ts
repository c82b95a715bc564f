import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { HeadroomError, topicsFor } from '@headroom/contracts';
import { startGateway, type Gateway } from '@headroom/gateway';
import { startToolServer, type Serving, type ToolServer } from '@headroom/tool-server';
import type { HeadroomConfig, Logger } from '@headroom/platform';
import type { SkillsPlace } from '@headroom/skills';
import { openEmbedded, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { ensureKeyPair, type VerificationProgress } from '@headroom/verification';
import { createSandbox, ServiceRepositories, type Sandbox, type SandboxMode } from '@headroom/workspace';
import { Registry } from 'prom-client';
import { keysDir, mirrorsDir, proposalsDir, workDir } from '../data-directory.js';
import { removeHostFile, writeHostFile } from '../host-file.js';
import { environment } from '../environment.js';
import { version } from '../installation.js';
import { serviceParts } from '../service.source.js';
import { groupOf, moduleOf, STAGES, type StageSources } from '../stages.js';
import { servedSkills, servingOf } from '../tools/serving.js';

/** Options of {@link startHost}. */
export interface HostOptions {
  dataDir: string;
  /** Path of the configuration, for the second terminal. */
  configPath: string;
  config: HeadroomConfig;
  configDir: string;
  skillsDir: SkillsPlace;
  logger: Logger;
  /** 0 takes a free one. */
  port: number;
  /** Of the tool-server; 0 takes a free one. @default 0 */
  toolsPort?: number;
  /** Whether target code may run without a sandbox where there is none; stamped on evidence and proposal. */
  sandboxMode: SandboxMode;
  /** Told where long work is, for people who wait. */
  onProgress?: (caseId: string, progress: VerificationProgress) => void;
}

/** Every stage in this process, over one data directory. */
export interface Host {
  readonly url: string;
  /** Of the tool-server. */
  readonly toolsUrl: string;
  readonly parts: EmbeddedParts;
  readonly stages: readonly Stage[];
  readonly repositories: ServiceRepositories;
  /** Drains every stage, then lets the data directory go. Idempotent. */
  close(): Promise<void>;
}

/** Without a sandbox everything but verification works; each candidate then says why it was not examined. */
async function probeSandbox({
  sandboxMode,
  logger,
}: HostOptions): Promise<{ sandbox?: Sandbox; sandboxProblem?: string }> {
  try {
    return { sandbox: await createSandbox({ mode: sandboxMode }) };
  } catch (error) {
    if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_SANDBOX_UNAVAILABLE') throw error;
    logger.warn({ err: error }, 'no sandbox, candidates will not be examined');
    return { sandboxProblem: error.message };
  }
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** A host that was killed leaves its checkouts behind. */
async function clearWorkDir(dataDir: string): Promise<void> {
  await rm(workDir(dataDir), { recursive: true, force: true });
  await mkdir(workDir(dataDir), { recursive: true });
}

/**
 * Starts everything in one process: opens the data directory, joins every stage to the log, listens on loopback, and
 * announces address and token in the data directory.
 * @throws HeadroomError `HEADROOM_DATA_DIRECTORY_IN_USE` naming the owner
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { dataDir, config, configDir, logger } = options;
  const registry = new Registry();
  const parts = await openEmbedded(dataDir, { logger, purpose: 'headroom up' });
  const stages: Stage[] = [];
  let gateway: Gateway | undefined;
  let serving: Serving | undefined;
  let toolServer: ToolServer | undefined;
  let sandbox: Sandbox | undefined;
  let closing: Promise<void> | undefined;

  async function shutDown(): Promise<void> {
    await removeHostFile(dataDir);
    await Promise.allSettled(stages.map((stage) => stage.close()));
    await gateway?.close();
    await toolServer?.close();
    await serving?.close();
    await sandbox?.close();
    await parts.close();
  }
  const close = (): Promise<void> => (closing ??= shutDown());

  try {
    await parts.log.ensureTopics(topicsFor(config));
    const locations = { configDir, dataDir };
    const repositories = new ServiceRepositories({ config, locations, cacheDir: mirrorsDir(dataDir) });
    const keys = await ensureKeyPair(keysDir(dataDir));
    await clearWorkDir(dataDir);
    const found = await probeSandbox(options);
    sandbox = found.sandbox;
    // Before the stages: the skill-executor looks things up with the same tools as everybody else.
    serving = await servingOf({ ...parts, config, locations, repositories }, logger);
    const toolsToken = newToken();
    const { toolsPort = 0 } = options;
    const { hosts, origins } = config.tools;
    const access = { token: toolsToken, port: toolsPort, hosts, origins };
    const skills = await servedSkills(options.skillsDir, logger);
    toolServer = await startToolServer({ tools: serving, skills, logger, version: version(), ...access });
    serving.onChange(() => toolServer?.toolsChanged());
    const tools = { url: toolServer.url, token: toolsToken };
    const sources: StageSources = {
      ...options,
      locations,
      env: environment.inherited,
      repositories,
      workDir: workDir(dataDir),
      tools,
      proposalsDir: proposalsDir(dataDir),
      trustedKeys: () => Promise.resolve(keys.trustedKeys),
      signer: () => Promise.resolve(keys.signer),
      sandbox: () => Promise.resolve(found),
    };
    for (const name of STAGES) {
      const module = await moduleOf(name, sources);
      stages.push(createStage(module, { group: groupOf(name), ...parts, logger, registry }));
    }
    await Promise.all(stages.map((stage) => stage.start()));

    const token = newToken();
    const status = () => stages.map((stage) => stage.runtime);
    const { trustedKeys } = keys;
    // The token is readable by the owner of the data directory only, who could write the log itself.
    const audiences = ['outsiders', 'headroom'] as const;
    const services = serviceParts(repositories);
    const pull = { settings: config.profiles.pull, tools: config.tools, env: environment.inherited };
    gateway = await startGateway(
      { ...parts, ...services, trustedKeys, logger, registry, status, token, audiences, pull },
      { port: options.port },
    );
    await writeHostFile(dataDir, { url: gateway.url, token, pid: process.pid, config: options.configPath, tools });
    logger.info({ url: gateway.url, toolsUrl: tools.url, dataDir }, 'host started');
    return { url: gateway.url, toolsUrl: tools.url, parts, stages, repositories, close };
  } catch (error) {
    await close();
    throw error;
  }
}
